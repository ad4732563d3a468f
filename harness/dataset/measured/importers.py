"""Importing measured data of any known layout into the NPZ contract; each conversion leaves a note, one sentence."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from harness.dataset import probes
from harness.dataset.measured import crop, foreign_masks, held, modes, order, plausibility
from harness.dataset.measured.centring import zero_frequency
from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import Geometry, in_pixels
from harness.dataset.measured.held import Held
from harness.dataset.measured.layouts import choice
from harness.dataset.measured.stack import Stack
from harness.dataset.measured.stated import Place, Stated
from harness.dataset.measured.survey import Survey, surveyed
from harness.dataset.measured.taking import taken
from harness.dataset.npz import RawData, validated
from harness.errors import HarnessError
from harness.files import legible

Array = np.ndarray


@dataclass
class _Import:
    """One data set on its way into the contract."""

    source: str
    held: Held
    stated: Stated
    found: Found

    def where(self, key: str) -> str:
        return f"{self.source}: '{self.found.called(key)}'"


@dataclass(frozen=True)
class _Decided:
    """What was found out about the patterns, on the K x K pixels of the file's detector."""

    stack: Stack
    good: Array | None
    counts: bool
    intensity: Array
    place: Place
    probe: Array
    x: Array
    y: Array


def load(paths: Path | Sequence[Path], N: int, stated: Stated | None = None) -> RawData:
    """Read a data set of one file or several, of any known layout, and crop its detector to N x N pixels.

    The patterns are read piece by piece, so that little more is held in memory than what is kept. Of the result,
    `notes` lists the conversions, `doubts` what is odd about the data, and `left_out` the keys that were not read.
    Raises `HarnessError` for data that cannot be brought to the contract.
    """
    named = [paths] if isinstance(paths, Path) else list(paths)
    source = " and ".join(legible(path) for path in named)
    said = stated or Stated()
    with held.opened(named) as arrays:
        work = _Import(source, arrays, said, choice.read(arrays, source, said.keys))
        raw = _cropped(work, _decided(work), N)
        left_out = tuple(sorted(arrays.headers.keys() - _read(work.found)))
    return replace(raw, left_out=left_out, doubts=plausibility.doubts(raw))


def _read(found: Found) -> set[str]:
    return {*found.names.values(), *found.patterns, *found.read, *found.masks}


def _decided(work: _Import) -> _Decided:
    """Look at the patterns once, and decide all that stands open about them."""
    stack = _stack(work)
    good = _good(work, stack.side)
    survey = surveyed(stack, good, work.where("diff3d"))
    counts = _counts(work, survey)
    intensity = survey.intensity(counts)
    probe = _probe(work, stack.side)
    place = _place(work, intensity, probe, good)
    if probe is None:
        probe = modes.guessed(intensity if place == "middle" else np.fft.fftshift(intensity), work.found.say)
    x, y = _positions(work, stack.side, probe)
    return _Decided(stack, good, counts, intensity, place, probe, x, y)


def _stack(work: _Import) -> Stack:
    """The patterns, with the order of their axes and their orientation."""
    found, where = work.found, work.where("diff3d")
    name, M = found.patterns[0], found.x.size
    if len(found.patterns) > 1:
        order.require_alike(work.held, found.patterns, work.source)
        letters = "mrc"
    else:
        axes = work.stated.axes or found.axes
        letters = order.order_of(work.held, name, M, where, found.say, axes, work.stated.strict)
    if found.orientation & 4:
        letters = letters.translate(str.maketrans("rc", "cr"))
    stack = Stack(work.held, found.patterns, letters, where, bool(found.orientation & 2), bool(found.orientation & 1))
    for key, values in (("xcoords", found.x), ("ycoords", found.y)):
        if values.shape != (stack.frames,):
            raise HarnessError(
                f"{work.where(key)} has shape {values.shape}; one position a pattern, ({stack.frames},), is needed."
            )
    return stack


def _good(work: _Import, K: int) -> Array | None:
    """The pixels of the detector that count, as it lies in the file; None where all do."""
    found, stated = work.found, work.stated.mask
    if stated is not None and stated not in work.held.headers:
        good, notes = foreign_masks.of_a_file(Path(stated), K)
    elif stated is not None or found.masks:
        marks = found.mask_marks if stated is None else "most"
        found.masks = found.masks if stated is None else [stated]
        good, notes = foreign_masks.good_pixels(work.held, found.masks, K, marks, work.source)
    else:
        return None
    found.notes.extend(notes)
    return good


def _counts(work: _Import, survey: Survey) -> bool:
    """Whether the patterns are counts. Patterns of whole numbers are: most amplitudes are not whole."""
    say, layout = work.found.say, work.found.layout
    if work.stated.counts is not None:
        told = "counts; their square root was taken" if work.stated.counts else "amplitudes"
        say(f"The patterns were taken for {told}, as --{'counts' if work.stated.counts else 'amplitudes'} says.")
        return work.stated.counts
    if survey.integers or survey.whole:
        say("The patterns are whole numbers, so they are counts; their square root was taken.")
        return True
    if work.found.counts:
        say(f"The patterns are no whole numbers, but counts in {layout} layout; their square root was taken.")
        return True
    return False


def _probe(work: _Import, K: int) -> Array | None:
    probe = work.found.probe
    return None if probe is None else modes.one_mode(probe, K, work.where("probeGuess"), work.found.say)


def _place(work: _Import, intensity: Array, probe: Array | None, good: Array | None) -> Place:
    """Where the zero frequency lies: as a person said, as the data show, or as the layout has it."""
    say = work.found.say
    if work.stated.zero_frequency is not None:
        say(f"The zero frequency was taken to lie at the {work.stated.zero_frequency}, as --zero-frequency says.")
        return work.stated.zero_frequency
    if work.found.centre is not None:
        return "middle"
    usable = probe if probe is not None and probe.shape == intensity.shape and np.isfinite(probe).all() else None
    seen = zero_frequency(intensity * work.found.x.size, usable, good)
    if seen == "corner":
        say("The detector's zero frequency lay at the corner and was moved to the middle.")
    elif seen is None and work.found.zero_frequency is not None:
        usual = work.found.zero_frequency
        say(f"The zero frequency was taken to lie at the {usual}, as in {work.found.layout} layout.")
        return usual
    elif seen is None:
        _left_open(work)
    return seen or "middle"


def _left_open(work: _Import) -> None:
    reason = "the patterns tell whether the detector's zero frequency lies at index N/2 or at the corner"
    if work.stated.strict:
        raise HarnessError(
            f"{work.where('diff3d')}: neither the probe nor {reason}; look at a pattern and give --zero-frequency "
            "middle or --zero-frequency corner."
        )
    work.found.say(
        f"Neither the probe nor {reason}; they were left as they are, so make sure that it lies at index N/2."
    )


def _positions(work: _Import, K: int, probe: Array) -> tuple[Array, Array]:
    """Column and row of each position in pixels of the object grid of the file's detector."""
    found, geometry = work.found, work.stated.geometry.over(work.found.geometry)
    x, y = (_numbers(work, key, values) for key, values in (("xcoords", found.x), ("ycoords", found.y)))
    stated = work.stated.geometry != Geometry()
    if not found.metres and not stated:
        return x, y
    step = plausibility.step(x, y)
    x, y, note = in_pixels(x, y, geometry, K, work.source, lambda: modes.diameter(probe), step, stated)
    found.say(note)
    return x, y


def _numbers(work: _Import, key: str, values: Array) -> Array:
    if values.dtype.kind not in "iuf":
        raise HarnessError(f"{work.where(key)} is of type {values.dtype}; float64 pixels are needed.")
    if wrong := values.size - int(np.count_nonzero(np.isfinite(values))):
        raise HarnessError(f"{work.where(key)} holds {wrong} values that are NaN or infinite; none is allowed.")
    return np.asarray(values, np.float64)


def _cropped(work: _Import, of: _Decided, N: int) -> RawData:
    """Take the wanted pixels of the patterns, and all else onto the same grid."""
    K, found = of.stack.side, work.found
    rows, columns, missed = crop.window(K, N, found.centre, work.source)
    if any(missed):
        found.say(
            f"The zero frequency lies {missed[0]} rows and {missed[1]} columns beside index N/2, which is as if the "
            "beam were tilted."
        )
    shift = np.arange(K) if of.place == "middle" else np.fft.fftshift(np.arange(K))
    rows, columns = shift[rows], shift[columns]
    factor = _factor(work, of.intensity)
    if K != N:
        found.say(crop.told(K, N, of.intensity, rows, columns, work.source))
    arrays = {
        "diff3d": taken(of.stack, rows, columns, of.good, of.counts, factor),
        "probeGuess": of.probe if K == N or of.probe.shape != (K, K) else probes.resample(of.probe, N),
        "xcoords": of.x * (N / K),
        "ycoords": of.y * (N / K),
        "scan_index": found.scan_index,
        "objectGuess": found.object if K == N else None,
        "mask": _kept(of.good, rows, columns),
    }
    given = {key: array for key, array in arrays.items() if array is not None}
    return validated(given, work.source, tuple(found.notes), found.names)


def _kept(good: Array | None, rows: Array, columns: Array) -> Array | None:
    kept = None if good is None else good[np.ix_(rows, columns)]
    return None if kept is None or kept.all() else kept


def _factor(work: _Import, intensity: Array) -> float:
    """What amplitudes are multiplied with, so that a pattern has as many photons on average as a person said."""
    if work.stated.photons is None:
        return 1.0
    found = float(intensity.sum())
    work.found.say(f"The amplitudes were scaled from {found:.4g} to {work.stated.photons:.4g} photons a pattern.")
    return float(np.sqrt(work.stated.photons / found))
