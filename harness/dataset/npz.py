"""The NPZ contract: the arrays that a file of diffraction patterns must hold, and the checks of such a file."""

import bz2
import io
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from harness.errors import HarnessError
from harness.files import write_atomic, write_npz

Array = np.ndarray

SIZES = (64, 128, 256)
"""Allowed sides N of the detector, in pixels."""

REQUIRED = ("diff3d", "probeGuess", "xcoords", "ycoords")
TRUTH = "objectGuess"
"""The true object, where there is one."""


@dataclass(frozen=True)
class RawData:
    """M diffraction patterns of one scan, before grouping and normalisation."""

    diffraction: Array
    """(M, N, N) float32 amplitude, the square root of the counts, zero frequency at index N/2."""
    probe: Array
    """(N, N) complex128, not normalised."""
    x: Array
    """(M,) float64 pixels of the object grid: the column of each patch's centre."""
    y: Array
    """(M,) float64 pixels of the object grid: the row of each patch's centre."""
    scan_index: Array
    """(M,) int64: which scan each pattern belongs to."""
    object: Array | None
    """(H, W) complex128 object, or None if it is unknown."""
    origin: str
    """`simulated`, or the name of the file."""
    notes: tuple[str, ...] = ()
    """One sentence for each conversion that an importer made."""


def read_arrays(path: Path, unneeded: Collection[str] = ()) -> dict[str, Array]:
    """Read every array of an NPZ file, which may be compressed with bzip2 (`.bz2`).

    Pickled arrays, which may run code when they are read, are refused; those of the names `unneeded` are left out.
    """
    try:
        with _opened(path) as stream, np.load(stream, allow_pickle=False) as archive:
            found = {name: _member(archive, name, path, name in unneeded) for name in archive.files}
            return {name: array for name, array in found.items() if array is not None}
    except HarnessError:
        raise
    except FileNotFoundError as error:
        raise HarnessError(f"{path}: there is no such file.") from error
    except Exception as error:  # numpy, zipfile and bz2 raise many kinds for one broken file
        raise HarnessError(f"{path}: is not a whole NPZ of plain arrays ({error}).") from error


def _opened(path: Path) -> BinaryIO:
    if path.suffix == ".bz2":
        return io.BytesIO(bz2.decompress(path.read_bytes()))
    return path.open("rb")


def _member(archive: Mapping[str, Array], name: str, path: Path, unneeded: bool) -> Array | None:
    try:
        return archive[name]
    except ValueError as error:
        if unneeded:
            return None
        raise HarnessError(f"{path}: '{name}' cannot be read ({error}); save it as a plain numeric array.") from error


def validated(arrays: Mapping[str, Array], source: str, notes: tuple[str, ...] = ()) -> RawData:
    """Check arrays against the contract and convert them to its types.

    Args:
        arrays: arrays by the keys of the contract.
        source: name of the file, for error messages.
        notes: one sentence for each conversion that was made before.

    Raises:
        HarnessError: a key is missing, a shape, type or size is not allowed, or values are impossible for a detector;
            one sentence that names `source` and the key.
    """
    for name in REQUIRED:
        if name not in arrays:
            raise HarnessError(f"{source}: lacks '{name}'; found {', '.join(sorted(arrays)) or 'nothing'}.")
    amplitude = _diffraction(arrays["diff3d"], source)
    M, N = amplitude.shape[:2]
    return RawData(
        diffraction=amplitude,
        probe=_probe(arrays["probeGuess"], N, source),
        x=_coordinates(arrays["xcoords"], "xcoords", M, source),
        y=_coordinates(arrays["ycoords"], "ycoords", M, source),
        scan_index=_scan_index(arrays.get("scan_index"), M, source),
        object=_object(arrays.get(TRUTH), source),
        origin=source,
        notes=notes,
    )


def save(raw: RawData, path: Path) -> None:
    """Write an NPZ file that keeps the contract; the same data always give the same bytes.

    The file is read back and checked. Raises `HarnessError`, and leaves no file, when the conversion to the types of
    the contract made values infinite or patterns zero everywhere.
    """

    def write(temporary: Path) -> None:
        write_npz(temporary, **_in_types(raw))
        validated(read_arrays(temporary), path.name)

    try:
        write_atomic(path, write)
    except HarnessError as broken:
        raise HarnessError(f"{path} was not written, since it would break the NPZ contract: {broken}") from broken


def _in_types(raw: RawData) -> dict[str, Array]:
    """Arrays by the keys of the contract, in its types; a value that is too large for its type becomes infinite."""
    with np.errstate(over="ignore"):
        arrays: dict[str, Array] = {
            "diff3d": raw.diffraction.astype(np.float32),
            "probeGuess": raw.probe.astype(np.complex64),
            "xcoords": raw.x.astype(np.float64),
            "ycoords": raw.y.astype(np.float64),
            "xcoords_start": raw.x.astype(np.float64),
            "ycoords_start": raw.y.astype(np.float64),
            "scan_index": raw.scan_index.astype(np.int64),
        }
        if raw.object is not None:
            arrays[TRUTH] = raw.object.astype(np.complex64)
    return arrays


def _diffraction(array: Array, source: str) -> Array:
    if array.ndim != 3 or array.shape[1] != array.shape[2] or len(array) == 0:
        raise HarnessError(f"{source}: 'diff3d' has shape {array.shape}; (M, N, N) with M at least 1 is needed.")
    if array.shape[1] not in SIZES:
        raise HarnessError(f"{source}: 'diff3d' has N {array.shape[1]}; allowed are {', '.join(map(str, SIZES))}.")
    if array.dtype.kind in "iuf" and array.min() < 0:
        raise HarnessError(f"{source}: 'diff3d' holds {array.min():g}; neither counts nor amplitudes are negative.")
    if array.dtype.kind != "f":
        raise HarnessError(f"{source}: 'diff3d' is of type {array.dtype}; float32 amplitudes are needed.")
    _refuse_unfinite(array, "diff3d", source)
    if array.max() == 0:
        raise HarnessError(f"{source}: 'diff3d' is zero everywhere; no photon was counted.")
    return array.astype(np.float32)


def _probe(array: Array, N: int, source: str) -> Array:
    if array.shape != (N, N):
        raise HarnessError(f"{source}: 'probeGuess' has shape {array.shape}; ({N}, {N}) is needed, as in 'diff3d'.")
    if array.dtype.kind != "c":
        raise HarnessError(f"{source}: 'probeGuess' is of type {array.dtype}; complex64 is needed.")
    _refuse_unfinite(array, "probeGuess", source)
    if not array.any():
        raise HarnessError(f"{source}: 'probeGuess' is zero everywhere; nothing is illuminated.")
    return array.astype(np.complex128)


def _coordinates(array: Array, name: str, M: int, source: str) -> Array:
    if array.shape != (M,):
        raise HarnessError(f"{source}: '{name}' has shape {array.shape}; one position a pattern, ({M},), is needed.")
    if array.dtype.kind not in "fiu":
        raise HarnessError(f"{source}: '{name}' is of type {array.dtype}; float64 pixels are needed.")
    _refuse_unfinite(array, name, source)
    return array.astype(np.float64)


def _scan_index(array: Array | None, M: int, source: str) -> Array:
    if array is None:
        return np.zeros(M, dtype=np.int64)
    if array.shape != (M,) or array.dtype.kind not in "iu":
        raise HarnessError(f"{source}: 'scan_index' is {array.dtype} {array.shape}; int64 ({M},) is needed.")
    return array.astype(np.int64)


def _object(array: Array | None, source: str) -> Array | None:
    if array is None:
        return None
    if array.ndim != 2 or array.dtype.kind != "c":
        raise HarnessError(f"{source}: 'objectGuess' is {array.dtype} {array.shape}; complex64 (H, W) is needed.")
    _refuse_unfinite(array, "objectGuess", source)
    return array.astype(np.complex128)


def _refuse_unfinite(array: Array, name: str, source: str) -> None:
    wrong = array.size - np.count_nonzero(np.isfinite(array))
    if wrong:
        raise HarnessError(f"{source}: '{name}' holds {wrong} values that are NaN or infinite; none is allowed.")
