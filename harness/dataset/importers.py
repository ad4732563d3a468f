"""Importing measured data in other layouts into the NPZ contract; each conversion leaves a note, one sentence."""

from pathlib import Path

import numpy as np

from harness.dataset import probes
from harness.dataset.centring import zero_frequency
from harness.dataset.crop import crop_detector
from harness.dataset.npz import REQUIRED, SIZES, TRUTH, RawData, read_arrays, validated
from harness.errors import HarnessError
from harness.files import legible
from harness.physics.scale import pattern_energies

Array = np.ndarray
Arrays = dict[str, Array]
Notes = list[str]

TIKE_KEYS = ("data", "probe", "scan")


def load(path: Path, N: int) -> RawData:
    """Read a file in the contract's or tike's layout, and crop its detector to N x N pixels.

    `notes` of the result lists the conversions. Raises `HarnessError` for data that cannot be brought to the contract.
    """
    arrays = read_arrays(path, unneeded=(TRUTH,))  # PtychoPINN writes a pickled None where it has none
    notes: Notes = []
    if all(name in arrays for name in TIKE_KEYS):
        arrays = _from_tike(arrays, legible(path), notes)
    _names(arrays, notes)
    if all(name in arrays for name in REQUIRED) and arrays["diff3d"].ndim == 3:
        for convert in (_axes, _amplitudes, _coordinates, _probe, _detector_centre):
            convert(arrays, notes)
    return crop_detector(validated(arrays, legible(path), tuple(notes)), N)


def _from_tike(arrays: Arrays, source: str, notes: Notes) -> Arrays:
    """Read tike's layout: `data` counts (1, M, N, N), `probe` (1, 1, 1, modes, N, N), `scan` (1, M, 2) row, column."""
    scan, patterns = arrays["scan"], arrays["data"]
    if patterns.ndim == 4 and patterns.shape[0] == 1:
        patterns = patterns[0]
    if scan.shape not in ((len(patterns), 2), (1, len(patterns), 2)):
        raise HarnessError(f"{source}: 'scan' has shape {scan.shape}; (1, {len(patterns)}, 2) is needed, as in 'data'.")
    rows, columns = scan.reshape(-1, 2).T
    notes.append("The layout is tike's: scan was read as (row, column), that is (y, x), of each patch's centre.")
    return {"diffraction": patterns, "probeGuess": arrays["probe"], "xcoords": columns, "ycoords": rows}


def _names(arrays: Arrays, notes: Notes) -> None:
    if "diff3d" not in arrays and "diffraction" in arrays:
        arrays["diff3d"] = arrays.pop("diffraction")
        notes.append("The patterns were found as 'diffraction' or 'data' and taken for 'diff3d'.")


def _axes(arrays: Arrays, notes: Notes) -> None:
    """Turn patterns (N, N, M) into (M, N, N); the number M of positions says which order they have."""
    patterns, positions = arrays["diff3d"], arrays["xcoords"].size
    if patterns.shape[0] == patterns.shape[1] != patterns.shape[2] == positions:
        arrays["diff3d"] = np.moveaxis(patterns, -1, 0)
        notes.append("The patterns came as (N, N, M) and were put into the order (M, N, N).")


def _amplitudes(arrays: Arrays, notes: Notes) -> None:
    """Turn counts into amplitudes. Patterns of whole numbers are counts: most amplitudes are not whole."""
    patterns = arrays["diff3d"]
    if patterns.dtype.kind not in "iuf" or patterns.min(initial=0) < 0:
        return
    if patterns.dtype.kind in "iu" or np.array_equal(patterns, np.rint(patterns)):
        arrays["diff3d"] = np.sqrt(patterns.astype(np.float64)).astype(np.float32)
        notes.append("The patterns are whole numbers, so they are counts; their square root was taken.")


def _detector_centre(arrays: Arrays, notes: Notes) -> None:
    """Move the zero frequency from the corner to the middle of the detector, if it certainly lies at the corner."""
    patterns, probe = arrays["diff3d"], arrays["probeGuess"]
    if not _comparable(patterns, probe):
        return
    place = zero_frequency(patterns, probe)
    if place == "corner":
        arrays["diff3d"] = np.fft.fftshift(patterns, axes=(1, 2))
        notes.append("The detector's zero frequency lay at the corner and was moved to the middle.")
    elif place is None:
        notes.append(
            "Neither the probe nor the patterns tell whether the detector's zero frequency lies at index N/2 or at the "
            "corner; they were left as they are, so make sure that it lies at index N/2."
        )


def _comparable(patterns: Array, probe: Array) -> bool:
    """Whether patterns and probe have matching shapes and usable values; the validation reports it if not."""
    fit = patterns.dtype.kind == "f" and probe.dtype.kind == "c" and patterns.shape[1:] == probe.shape
    return fit and 0 < patterns.max(initial=0) < np.inf and bool(np.isfinite(probe).all())


def _coordinates(arrays: Arrays, notes: Notes) -> None:
    for name in ("xcoords", "ycoords"):
        if arrays[name].dtype != np.float64 and arrays[name].dtype.kind in "iuf":
            notes.append(f"'{name}' is of type {arrays[name].dtype} and was taken as float64.")
            arrays[name] = arrays[name].astype(np.float64)


def _probe(arrays: Arrays, notes: Notes) -> None:
    """Reduce the probe to one complex mode with as many pixels as the detector."""
    probe = _strongest_mode(_mode_stack(arrays["probeGuess"], notes), notes)
    if probe.dtype.kind in "iuf":
        probe = probe.astype(np.complex64)
        notes.append("'probeGuess' is real and was taken as complex with phase 0.")
    N = arrays["diff3d"].shape[-1]
    if probe.ndim == 2 and probe.shape[0] == probe.shape[1] != N and {N, len(probe)} <= set(SIZES):
        notes.append(f"'probeGuess' has {probe.shape[0]} pixels a side and was resampled to {N} in Fourier space.")
        probe = probes.resample(probe, N)
    arrays["probeGuess"] = probe


def _mode_stack(probe: Array, notes: Notes) -> Array:
    """Turn a probe (N, N), (N, N, modes) or (1, ..., modes, N, N) into (modes, N, N)."""
    if probe.ndim == 2:
        return probe[None]
    if probe.ndim == 3 and probe.shape[0] == probe.shape[1] != probe.shape[2]:
        notes.append(f"'probeGuess' came as (N, N, {probe.shape[2]}); its last axis was taken for the modes.")
        return np.moveaxis(probe, -1, 0)
    if probe.ndim > 3 and set(probe.shape[:-3]) == {1}:
        notes.append(f"'probeGuess' came as {probe.shape}; its leading axes of length 1 were dropped.")
        return probe.reshape(probe.shape[-3:])
    return probe


def _strongest_mode(stack: Array, notes: Notes) -> Array:
    """The mode with the most power of a stack (modes, N, N); anything else is returned unchanged for the validation."""
    if stack.ndim != 3 or len(stack) == 0 or stack.dtype.kind not in "iufc":
        return stack
    power = pattern_energies(np.abs(stack))
    strongest = int(power.argmax())
    if len(stack) > 1:
        notes.append(
            f"'probeGuess' holds {len(stack)} incoherent modes; only the strongest, number {strongest} "
            f"with {power[strongest] / power.sum():.0%} of the power, is used."
        )
    return np.asarray(stack[strongest])
