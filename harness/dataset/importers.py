"""Importing measured data in other layouts into the NPZ contract; each conversion leaves a note, one sentence."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import numpy as np

from harness.dataset import archive, plausibility, probes
from harness.dataset.archive import Header
from harness.dataset.centring import zero_frequency
from harness.dataset.crop import crop_detector
from harness.dataset.npz import KEYS, REQUIRED, TRUTH, RawData, cast, validated
from harness.errors import HarnessError
from harness.files import legible
from harness.physics.scale import pattern_energies

Array = np.ndarray
Headers = Mapping[str, Header | None]

TIKE = {"diff3d": "data", "probeGuess": "probe", "xcoords": "scan", "ycoords": "scan"}
"""What tike calls the keys of the contract; its positions are one array."""
OTHER_NAMES = {"diff3d": "diffraction"}
_MOST_POSITIONS, _MOST_OF_A_PROBE = 4, 1 << 24
"""Values that are read at most: positions a pattern, and values of a probe with all its modes."""
_SMALLEST_PROBE = 32
"""Pixels a side from which a probe of another size than the detector's is resampled."""
_STEADIER = 3.0
"""How many times steadier than the detector's axes the axis of the frames must be for the order to be certain."""


@dataclass
class _Found:
    """The arrays of one file, by the keys of the contract, while they are brought to it."""

    source: str
    called: dict[str, str]
    """What the file calls each key."""
    arrays: dict[str, Array]
    notes: list[str] = field(default_factory=list)

    def name(self, key: str) -> str:
        return self.called.get(key, key)


def load(path: Path, N: int) -> RawData:
    """Read a file in the contract's or tike's layout, and crop its detector to N x N pixels.

    Of the result, `notes` lists the conversions, `doubts` what is odd about the data, and `left_out` the keys that were
    not read. Raises `HarnessError` for data that cannot be brought to the contract.
    """
    source = legible(path)
    with archive.opened(path) as held:
        called = _called(held.headers, source)
        _require_sizes(held.headers, called, source)
        called |= _optional(held.headers, called, N)
        found = _Found(
            source, called, {key: _narrowed(held.read(name), f"{source}: '{name}'") for key, name in called.items()}
        )
        left_out = tuple(sorted(held.headers.keys() - called.values()))
    if called["xcoords"] == TIKE["xcoords"]:
        _from_tike(found)
    if called["diff3d"] != "diff3d":
        found.notes.append(f"The patterns were found as '{called['diff3d']}' and taken for 'diff3d'.")
    if found.arrays["diff3d"].ndim == 3:
        for convert in (_axes, _amplitudes, _coordinates, _probe, _detector_centre):
            convert(found)
    raw = validated(found.arrays, source, tuple(found.notes), called, sizes=None)
    cropped = crop_detector(raw, N)
    return replace(cropped, left_out=left_out, doubts=plausibility.doubts(cropped))


def _called(headers: Headers, source: str) -> dict[str, str]:
    """What the file calls each of the keys that are needed; HarnessError where one is missing."""
    own = {key: key if key in headers else OTHER_NAMES.get(key, key) for key in REQUIRED}
    for called in (own, TIKE):
        if all(name in headers for name in called.values()):
            return dict(called)
    missing = " and ".join(
        f"'{key}'" + (f" (or '{OTHER_NAMES[key]}')" if key in OTHER_NAMES else "")
        for key, name in own.items()
        if name not in headers
    )
    raise HarnessError(f"{source}: lacks {missing}; found {', '.join(sorted(headers)) or 'nothing'}.")


def _optional(headers: Headers, called: Mapping[str, str], N: int) -> dict[str, str]:
    """The other keys that are read: no pickled ones, as PtychoPINN writes None, and no object of another detector."""
    if called["xcoords"] != "xcoords":
        return {}
    patterns = headers[called["diff3d"]]
    cropped = patterns is not None and patterns.shape[1:2] != (N,)
    plain = (key for key in KEYS if (header := headers.get(key)) is not None and not header.dtype.hasobject)
    return {key: key for key in plain if key not in REQUIRED and not (cropped and key == TRUTH)}


def _require_sizes(headers: Headers, called: Mapping[str, str], source: str) -> None:
    """Refuse arrays that are far too large for what they are, before they are read."""
    patterns, probe = headers[called["diff3d"]], headers[called["probeGuess"]]
    most = _MOST_POSITIONS * max(patterns.shape, default=0) if patterns is not None else 0
    for key in ("xcoords", "ycoords"):
        header = headers[called[key]]
        if header is not None and math.prod(header.shape) > max(most, 1):
            raise HarnessError(
                f"{source}: '{called[key]}' has shape {header.shape}; one position a pattern is needed, and "
                f"'{called['diff3d']}' has shape {patterns.shape if patterns else 'none'}."
            )
    if probe is not None and math.prod(probe.shape) > _MOST_OF_A_PROBE:
        raise HarnessError(
            f"{source}: '{called['probeGuess']}' has shape {probe.shape}; a probe of at most {_MOST_OF_A_PROBE} values "
            "is allowed, with all its modes."
        )


def _narrowed(array: Array, name: str) -> Array:
    """The array in double precision at most, which is all that SciPy reads and ten times what the contract keeps."""
    narrow = {np.dtype(np.longdouble): np.dtype(np.float64), np.dtype(np.clongdouble): np.dtype(np.complex128)}
    return cast(array, narrow[array.dtype].type, name, zero=True) if array.dtype in narrow else array


def _from_tike(found: _Found) -> None:
    """Read tike's layout: `data` counts (1, M, N, N), `probe` (1, 1, 1, modes, N, N), `scan` (1, M, 2) row, column."""
    scan, patterns = found.arrays["xcoords"], found.arrays["diff3d"]
    if patterns.ndim == 4 and patterns.shape[0] == 1:
        patterns = patterns[0]
    if patterns.ndim == 0 or scan.shape not in ((len(patterns), 2), (1, len(patterns), 2)):
        M = len(patterns) if patterns.ndim else 0
        raise HarnessError(f"{found.source}: 'scan' has shape {scan.shape}; (1, {M}, 2) is needed, as in 'data'.")
    rows, columns = scan.reshape(-1, 2).T
    found.notes.append("The layout is tike's: scan was read as (row, column), that is (y, x), of each patch's centre.")
    found.arrays |= {"diff3d": patterns, "xcoords": columns, "ycoords": rows}


def _axes(found: _Found) -> None:
    """Turn patterns (N, N, M) into (M, N, N); the number M of positions says which order they have."""
    patterns, positions = found.arrays["diff3d"], found.arrays["xcoords"].size
    shape = patterns.shape
    if shape[0] == shape[1] != shape[2] == positions:
        found.arrays["diff3d"] = np.moveaxis(patterns, -1, 0)
        found.notes.append("The patterns came as (N, N, M) and were put into the order (M, N, N).")
    elif shape[0] == shape[1] == shape[2] == positions and patterns.dtype.kind in "iuf":
        _order_of_a_cube(found)


def _order_of_a_cube(found: _Found) -> None:
    """Decide the order of M patterns of M x M pixels: frames are about equally bright, rows of a detector are not."""
    patterns = found.arrays["diff3d"]
    first, last = (_unsteadiness(patterns, axis) for axis in (0, 2))
    what = f"'{found.name('diff3d')}' is {' x '.join(map(str, patterns.shape))}, so its shape does not tell its order"
    if last * _STEADIER < first:
        found.arrays["diff3d"] = np.moveaxis(patterns, -1, 0)
        found.notes.append(
            f"{what}; the sums along its last axis vary by {last:.0%}, along its first by {first:.0%}, so it was read "
            "as (N, N, M) and put into the order (M, N, N)."
        )
    elif not first * _STEADIER < last:
        found.notes.append(f"{what}; it was taken as (M, N, N), so make sure that the first axis counts the patterns.")


def _unsteadiness(patterns: Array, axis: int) -> float:
    """Standard deviation over mean of the sums of `patterns` (M, M, M) at each index of one axis."""
    sums = patterns.sum(axis=tuple({0, 1, 2} - {axis}), dtype=np.float64)
    return float(sums.std() / sums.mean()) if np.isfinite(sums).all() and sums.mean() > 0 else math.inf


def _amplitudes(found: _Found) -> None:
    """Turn counts into amplitudes. Patterns of whole numbers are counts: most amplitudes are not whole."""
    patterns = found.arrays["diff3d"]
    if patterns.dtype.kind not in "iuf" or patterns.min(initial=0) < 0:
        return
    if patterns.dtype.kind in "iu" or np.array_equal(patterns, np.rint(patterns)):
        roots = np.sqrt(patterns.astype(np.float64))
        single = roots.max(initial=0) <= np.finfo(np.float32).max  # the validation names what is larger
        found.arrays["diff3d"] = roots.astype(np.float32) if single else roots
        found.notes.append("The patterns are whole numbers, so they are counts; their square root was taken.")


def _detector_centre(found: _Found) -> None:
    """Move the zero frequency from the corner to the middle of the detector, if it certainly lies at the corner."""
    patterns, probe = found.arrays["diff3d"], found.arrays["probeGuess"]
    if not _comparable(patterns, probe):
        return
    place = zero_frequency(patterns, probe)
    if place == "corner":
        found.arrays["diff3d"] = np.fft.fftshift(patterns, axes=(1, 2))
        found.notes.append("The detector's zero frequency lay at the corner and was moved to the middle.")
    elif place is None:
        found.notes.append(
            "Neither the probe nor the patterns tell whether the detector's zero frequency lies at index N/2 or at the "
            "corner; they were left as they are, so make sure that it lies at index N/2."
        )


def _comparable(patterns: Array, probe: Array) -> bool:
    """Whether patterns and probe have matching shapes and usable values; the validation reports it if not."""
    fit = patterns.dtype.kind == "f" and probe.dtype.kind == "c" and patterns.shape[1:] == probe.shape
    return fit and 0 < patterns.max(initial=0) < np.inf and bool(np.isfinite(probe).all())


def _coordinates(found: _Found) -> None:
    for key in ("xcoords", "ycoords"):
        array = found.arrays[key]
        if array.dtype != np.float64 and array.dtype.kind in "iuf":
            found.notes.append(f"'{found.name(key)}' is of type {array.dtype} and was taken as float64.")
            found.arrays[key] = array.astype(np.float64)
    found.notes = list(dict.fromkeys(found.notes))  # tike's positions are one array


def _probe(found: _Found) -> None:
    """Reduce the probe to one complex mode with as many pixels as the detector."""
    probe, name = _strongest_mode(_mode_stack(found), found), f"'{found.name('probeGuess')}'"
    if probe.dtype.kind in "iuf":
        probe = probe.astype(np.complex128)
        found.notes.append(f"{name} is real and was taken as complex with phase 0.")
    N = found.arrays["diff3d"].shape[-1]
    if probe.ndim == 2 and probe.shape[0] == probe.shape[1] != N and len(probe) >= _SMALLEST_PROBE:
        found.notes.append(f"{name} has {len(probe)} pixels a side and was resampled to {N} in Fourier space.")
        probe = probes.resample(probe, N)
    found.arrays["probeGuess"] = probe


def _mode_stack(found: _Found) -> Array:
    """Turn a probe (N, N), (N, N, modes) or (1, ..., modes, N, N) into (modes, N, N)."""
    probe, name = found.arrays["probeGuess"], f"'{found.name('probeGuess')}'"
    if probe.ndim == 2:
        return probe[None]
    if probe.ndim == 3 and probe.shape[0] == probe.shape[1] != probe.shape[2]:
        found.notes.append(f"{name} came as (N, N, {probe.shape[2]}); its last axis was taken for the modes.")
        return np.moveaxis(probe, -1, 0)
    if probe.ndim > 3 and set(probe.shape[:-3]) == {1}:
        found.notes.append(f"{name} came as {probe.shape}; its leading axes of length 1 were dropped.")
        return probe.reshape(probe.shape[-3:])
    return probe


def _strongest_mode(stack: Array, found: _Found) -> Array:
    """The mode with the most power of a stack (modes, N, N); anything else is returned unchanged for the validation."""
    if stack.ndim != 3 or len(stack) == 0 or stack.dtype.kind not in "iufc":
        return stack
    with np.errstate(over="ignore", invalid="ignore"):  # what is not finite is refused by the validation
        power = pattern_energies(np.abs(stack))
        share = power.max() / power.sum()
    strongest = int(power.argmax())
    if len(stack) > 1:
        found.notes.append(
            f"'{found.name('probeGuess')}' holds {len(stack)} incoherent modes; only the strongest, number {strongest} "
            f"with {share:.0%} of the power, is used."
        )
    return np.asarray(stack[strongest])
