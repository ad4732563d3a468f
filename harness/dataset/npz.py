"""The NPZ contract: the arrays that a file of diffraction patterns must hold, and the checks of such a file."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import numpy as np

from harness.dataset import archive
from harness.errors import HarnessError
from harness.files import write_atomic, write_compressed_npz

Array = np.ndarray

SIZES = (64, 128, 256)
"""Allowed sides N of the detector, in pixels."""

LARGEST_SCAN = 65536
"""Pixels that a scan may span; a complex canvas of that side takes 34 GB."""
SMALLEST_SCAN = 0.01
"""Pixels that a scan of more than one position must span."""

REQUIRED = ("diff3d", "probeGuess", "xcoords", "ycoords")
TRUTH = "objectGuess"
"""The true object, where there is one."""
MASK = "mask"
"""The pixels of the detector that count, where some do not."""
KEYS = (*REQUIRED, "scan_index", MASK, TRUTH)
"""The keys that are read."""


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
    doubts: tuple[str, ...] = ()
    """One sentence for each oddity of measured data that is not impossible."""
    left_out: tuple[str, ...] = ()
    """The keys of the file that were not read."""
    mask: Array | None = None
    """(N, N) bool: True on the pixels of the detector that count; None where all do."""


def read_arrays(path: Path, only: Collection[str] | None = None) -> dict[str, Array]:
    """Read the arrays of an NPZ file, which may be packed with bzip2: those of the names `only`, or every one.

    What is not asked for is not read. Raises `HarnessError` for a file that is no NPZ, and for an array that is pickled
    (to read it may run code), damaged or larger than half of the memory.
    """
    with archive.opened(path) as held:
        return {name: held.read(name) for name in held.headers if only is None or name in only}


def headers(path: Path) -> dict[str, archive.Header | None]:
    """Shape and type of every array of an NPZ file, of which no values are kept in memory; None for what is no array.

    Raises `HarnessError` for a file that is no NPZ, or is damaged.
    """
    with archive.opened(path) as held:
        held.require_whole()
        return held.headers


def validated(
    arrays: Mapping[str, Array],
    source: str,
    notes: tuple[str, ...] = (),
    called: Mapping[str, str] = MappingProxyType({}),
    sizes: Collection[int] | None = SIZES,
) -> RawData:
    """Check arrays against the contract and convert them to its types.

    Args:
        arrays: arrays by the keys of the contract.
        source: name of the file, for error messages.
        notes: one sentence for each conversion that was made before.
        called: what the file calls a key of the contract, where that is something else; for error messages.
        sizes: allowed sides N of the detector; None for every one.

    Raises:
        HarnessError: a key is missing, a shape, type or size is not allowed, values are impossible for a detector or
            leave the range of the contract's types, or positions are in no way pixels; one sentence that names
            `source` and the key.
    """
    for name in REQUIRED:
        if name not in arrays:
            raise HarnessError(f"{source}: lacks '{name}'; found {', '.join(sorted(arrays)) or 'nothing'}.")
    of = {name: f"{source}: '{called.get(name, name)}'" for name in KEYS}
    amplitude = _diffraction(arrays["diff3d"], of["diff3d"], sizes)
    M, N = amplitude.shape[:2]
    x, y = (_coordinates(arrays[name], of[name], M) for name in ("xcoords", "ycoords"))
    _require_pixels(x, y, f"{source}: '{called.get('xcoords', 'xcoords')}', '{called.get('ycoords', 'ycoords')}'")
    return RawData(
        diffraction=amplitude,
        probe=_probe(arrays["probeGuess"], of["probeGuess"], N),
        x=x,
        y=y,
        scan_index=_scan_index(arrays.get("scan_index"), of["scan_index"], M),
        object=_object(arrays.get(TRUTH), of[TRUTH]),
        mask=_mask(arrays.get(MASK), of[MASK], N),
        origin=source,
        notes=notes,
    )


def save(raw: RawData, path: Path) -> None:
    """Write an NPZ file that keeps the contract; the same data always give the same bytes.

    The file is read back and checked. Raises `HarnessError`, and leaves no file, when the conversion to the types of
    the contract made values infinite or patterns zero everywhere.
    """

    def write(temporary: Path) -> None:
        write_compressed_npz(temporary, **_in_types(raw))
        validated(read_arrays(temporary), path.name)

    try:
        write_atomic(path, write)
    except OSError as error:
        raise HarnessError(f"{path}: cannot be written ({error.strerror}); name another file.") from error
    except HarnessError as broken:
        raise HarnessError(f"{path} was not written, since it would break the NPZ contract: {broken}") from broken


def _in_types(raw: RawData) -> dict[str, Array]:
    """Arrays by the keys of the contract, in its types; a value that is too large for its type becomes infinite."""
    with np.errstate(over="ignore"):
        arrays: dict[str, Array] = {
            "diff3d": raw.diffraction.astype(np.float32, copy=False),
            "probeGuess": raw.probe.astype(np.complex64),
            "xcoords": raw.x.astype(np.float64),
            "ycoords": raw.y.astype(np.float64),
            "xcoords_start": raw.x.astype(np.float64),
            "ycoords_start": raw.y.astype(np.float64),
            "scan_index": raw.scan_index.astype(np.int64),
        }
        if raw.object is not None:
            arrays[TRUTH] = raw.object.astype(np.complex64)
        if raw.mask is not None:
            arrays[MASK] = raw.mask.astype(bool)
    return arrays


def _diffraction(array: Array, name: str, sizes: Collection[int] | None) -> Array:
    if array.ndim != 3 or array.shape[1] != array.shape[2] or array.size == 0:
        raise HarnessError(f"{name} has shape {array.shape}; (M, N, N) with M at least 1 is needed.")
    if sizes is not None and array.shape[1] not in sizes:
        raise HarnessError(f"{name} has N {array.shape[1]}; allowed are {', '.join(map(str, sizes))}.")
    refuse_kind(array.dtype, name)
    wrong = 0 if array.dtype.kind != "f" else array.size - sum(int(np.isfinite(frame).sum()) for frame in array)
    refuse_impossible(array.min(), array.max(), wrong, name)
    if array.dtype.kind != "f":
        raise HarnessError(f"{name} is of type {array.dtype}; float32 amplitudes are needed.")
    return array if array.dtype == np.float32 else cast(array, np.float32, name)


def refuse_kind(dtype: np.dtype, name: str) -> None:
    """Raise HarnessError, which begins with `name`, for patterns of a type that is not numeric and real."""
    if dtype.kind not in "iuf":
        raise HarnessError(f"{name} is of type {dtype}; float32 amplitudes are needed.")


def refuse_impossible(smallest: float, largest: float, unfinite: int, name: str) -> None:
    """Raise HarnessError, which begins with `name`, for patterns that no detector counts, by their extremes."""
    if smallest < 0:
        raise HarnessError(
            f"{name} holds {smallest:g}; neither counts nor amplitudes are negative, so set what marks a bad pixel "
            "to 0, or name the mask with --mask."
        )
    if unfinite:
        raise HarnessError(f"{name} holds {unfinite} values that are NaN or infinite; none is allowed.")
    if largest == 0:
        raise HarnessError(f"{name} is zero everywhere; no photon was counted.")


def _probe(array: Array, name: str, N: int) -> Array:
    if array.shape != (N, N):
        raise HarnessError(f"{name} has shape {array.shape}; ({N}, {N}) is needed, as the patterns have.")
    if array.dtype.kind != "c":
        raise HarnessError(f"{name} is of type {array.dtype}; complex64 is needed.")
    _refuse_unfinite(array, name)
    if not array.any():
        raise HarnessError(f"{name} is zero everywhere; nothing is illuminated.")
    cast(array, np.complex64, name)
    return array.astype(np.complex128)


def _coordinates(array: Array, name: str, M: int) -> Array:
    if array.shape != (M,):
        raise HarnessError(f"{name} has shape {array.shape}; one position a pattern, ({M},), is needed.")
    if array.dtype.kind not in "fiu":
        raise HarnessError(f"{name} is of type {array.dtype}; float64 pixels are needed.")
    _refuse_unfinite(array, name)
    return cast(array, np.float64, name, zero=True)


def _require_pixels(x: Array, y: Array, names: str) -> None:
    """Refuse positions that can be no pixels of an object grid: metres lie too near, nanometres may lie too far."""
    with np.errstate(over="ignore"):
        extent = max(float(np.ptp(x)), float(np.ptp(y)))
    rounding = 1e-9 * max(float(np.abs(x).max()), float(np.abs(y).max()))
    if extent > LARGEST_SCAN:
        found = f"span {extent:.4g} pixels; a canvas of at most {LARGEST_SCAN} is allowed"
    elif rounding < extent < SMALLEST_SCAN:
        found = f"span {extent:.3g} pixels; {SMALLEST_SCAN} or more are needed, or one and the same position"
    else:
        return
    raise HarnessError(
        f"{names} {found}. Positions count pixels of the object grid; for lengths in metres, give import --pixel-size, "
        "or --energy, --distance and --detector-pixel."
    )


def _scan_index(array: Array | None, name: str, M: int) -> Array:
    if array is None:
        return np.zeros(M, dtype=np.int64)
    if array.shape != (M,) or array.dtype.kind not in "iu":
        raise HarnessError(f"{name} is {array.dtype} {array.shape}; int64 ({M},) is needed.")
    return array.astype(np.int64)


def _object(array: Array | None, name: str) -> Array | None:
    if array is None:
        return None
    if array.ndim != 2 or array.dtype.kind != "c":
        raise HarnessError(f"{name} is {array.dtype} {array.shape}; complex64 (H, W) is needed.")
    _refuse_unfinite(array, name)
    cast(array, np.complex64, name, zero=True)
    return array.astype(np.complex128)


def _mask(array: Array | None, name: str, N: int) -> Array | None:
    if array is None:
        return None
    if array.shape != (N, N) or array.dtype.kind not in "biu" or not np.isin(array, (0, 1)).all():
        raise HarnessError(f"{name} is {array.dtype} {array.shape}; bool ({N}, {N}) is needed, true on good pixels.")
    if not array.any():
        raise HarnessError(f"{name} has no good pixel; true, or 1, marks the pixels that count.")
    return array.astype(bool)


def cast(array: Array, dtype: type[np.generic], name: str, zero: bool = False) -> Array:
    """The array in another type.

    Raises HarnessError, which begins with `name`, where a finite value becomes infinite, or, unless `zero`, all become
    0.
    """
    with np.errstate(over="ignore", under="ignore"):
        found: Array = array.astype(dtype)
    largest = np.format_float_scientific(np.abs(array).max(initial=0), precision=2, trim="-")
    if not np.isfinite(found[np.isfinite(array)]).all():
        raise HarnessError(f"{name} holds {largest}, which is infinite as {found.dtype}; scale the values down.")
    if not zero and not found.any():
        raise HarnessError(f"{name} holds at most {largest}, which is zero as {found.dtype}; scale the values up.")
    return found


def _refuse_unfinite(array: Array, name: str) -> None:
    wrong = array.size - np.count_nonzero(np.isfinite(array))
    if wrong:
        raise HarnessError(f"{name} holds {wrong} values that are NaN or infinite; none is allowed.")
