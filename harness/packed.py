"""Packed archives: NPZ files in which an array that repeats or nearly repeats another one of the case is kept as that.

Both sides start from the same data and compute the same, so most arrays of a case are there several times, to the last
bit or but for rounding. A packed archive holds what is new as any NPZ does; of the other arrays `packed.json` in it
says where the array lies that each of them follows from, and `<name>.planes` holds what it differs by: the distance of
every value, counted in numbers that its type can represent. Nothing is lost, whatever the values are; where two sides
agree, a tenth is left. An NPY file that nobody but the harness reads may be such an archive, too, of one array.
"""

import hashlib
import json
import os
import zipfile
from collections.abc import Mapping, Sequence
from functools import lru_cache
from pathlib import Path, PurePosixPath
from typing import IO, Any

import numpy as np
from pydantic import BaseModel, ValidationError

from harness.arrays import Array
from harness.errors import HarnessError

FORMAT = 1
INDEX = "packed.json"
PLANES = ".planes"
ONE = "array"
"""Name of the only array of a packed NPY file."""
MOST_LINKS = 8
"""Longest chain of archives that an array may follow from; more is a circle."""
_ARCHIVE = b"PK\x03\x04"


class Derived(BaseModel, frozen=True, extra="forbid"):
    """Where an array comes from that its archive does not hold."""

    file: str
    """The archive that holds the other array, relative to the folder of this one; empty where it is one of zeros."""
    array: str
    """Name of the other array."""
    dtype: str
    kept: str
    """The type in which it was told from the other array: `dtype`, or the half of it, where that holds every value."""
    shape: tuple[int, ...]
    sha256: str
    """SHA-256 of the bytes of the array, in C order: nothing else is taken for it."""
    differs: bool
    """Whether it differs from the other array, by what lies beside the index."""
    rows: tuple[int, ...] = ()
    """The rows of the other array that are meant; all, where there are none."""
    times: float = 1.0
    """What these are multiplied by, in float64."""


class Index(BaseModel, frozen=True, extra="forbid"):
    """Contents of `packed.json`."""

    format: int
    order: tuple[str, ...]
    """Names of all arrays of the archive, in the order in which they were written."""
    arrays: dict[str, Derived]


_NOTHING = Index(format=FORMAT, order=(), arrays={})


def is_archive(stream: IO[bytes]) -> bool:
    """Whether an open file begins as an archive; the stream stands at its beginning again afterwards."""
    begin = stream.read(len(_ARCHIVE))
    stream.seek(0)
    return begin == _ARCHIVE


def index_of(path: Path, archive: Mapping[str, Any]) -> Index:
    """The index of an open archive of NumPy, empty where it derives nothing; raises HarnessError for a broken one."""
    if INDEX not in archive:
        return _NOTHING
    try:
        stated = json.loads(archive[INDEX])
        if isinstance(stated, dict) and stated.get("format") != FORMAT:
            raise HarnessError(
                f"{path}: {INDEX}: format: found {stated.get('format')!r}, allowed {FORMAT}; "
                "read it with the version of the harness that packed it."
            )
        return Index.model_validate(stated)
    except (ValueError, ValidationError) as error:
        raise HarnessError(
            f"{path}: {INDEX}: is no index of derived arrays; take the hub from its source again."
        ) from error


def derived_at(path: Path) -> dict[str, Derived]:
    """What the archive at a path keeps as derived arrays; none of another file, or of one that NumPy cannot open."""
    try:
        with path.open("rb") as stream:
            if not is_archive(stream):
                return {}
            with np.load(stream, allow_pickle=False) as archive:
                return index_of(path, archive).arrays
    except (OSError, ValueError, zipfile.BadZipFile):
        return {}


def unpacked(path: Path, archive: Mapping[str, Any], links: int = 0) -> dict[str, Array]:
    """Every array of an open archive of NumPy, packed or not; raises HarnessError where one cannot be had again."""
    index = index_of(path, archive)
    if not index.arrays:
        return {name: archive[name] for name in archive}
    opened = _Opened(path, archive, index.arrays, links)
    return {name: opened.array(name) for name in index.order}


class _Opened:
    """A packed archive while its arrays are taken out, each once: one may follow from another one beside it."""

    def __init__(self, path: Path, archive: Mapping[str, Any], derived: Mapping[str, Derived], links: int) -> None:
        self._path, self._archive, self._derived, self._links = path, archive, derived, links
        self._found: dict[str, Array] = {}
        self._asked: set[str] = set()

    def array(self, name: str) -> Array:
        """One array; raises HarnessError where it cannot be had again."""
        if name not in self._found:
            if name in self._asked or self._links > MOST_LINKS:
                raise HarnessError(f"{self._path}: {name}: follows from an array that follows from it in turn.")
            self._asked.add(name)
            self._found[name] = self._again(name, self._derived[name]) if name in self._derived else self._whole(name)
        return self._found[name]

    def _whole(self, name: str) -> Array:
        if name not in self._archive:
            raise HarnessError(f"{self._path}: {name}: is not in it; take the hub from its source again.")
        found: Array = self._archive[name]
        return found

    def _again(self, name: str, derived: Derived) -> Array:
        try:
            other = self._other(name, derived)
            stored = self._archive[f"{name}{PLANES}"] if derived.differs else None
            found = other.copy() if stored is None else applied(stored, other, derived)
        except (IndexError, KeyError, TypeError, ValueError) as error:
            raise HarnessError(f"{self._path}: {name}: is broken; take the hub from its source again.") from error
        if sha256_of(found) != derived.sha256:
            raise HarnessError(
                f"{self._path}: {name}: is kept as what it differs by from {derived.array} of {derived.file}, which is "
                "another array now; take both files from the hub of the session."
            )
        return found

    def _other(self, name: str, derived: Derived) -> Array:
        """The array that one follows from."""
        if not derived.file:
            return np.zeros(derived.shape, derived.kept)
        source = _source(self._path, derived)
        if source == self._path:
            return self.array(derived.array)
        return _arrays(source, self._links + 1, *_state(source, self._path, name))[derived.array]


def _source(path: Path, derived: Derived) -> Path:
    """The file that an array follows from; a name that leaves the folders above the archive is refused."""
    named = PurePosixPath(derived.file)
    ups = sum(part == ".." for part in named.parts)
    if named.is_absolute() or ".." in named.parts[ups:] or ups > MOST_LINKS:
        raise HarnessError(f"{path}: {INDEX}: file: found {derived.file!r}, allowed is a file of the same case.")
    return Path(os.path.normpath(path.parent / named))


def _state(source: Path, path: Path, name: str) -> tuple[int, int, int]:
    """Inode, time and size of the file that an array follows from."""
    if not source.is_file():
        raise HarnessError(
            f"{path}: {name}: is kept as what it differs by from an array of {source}, which is not there; "
            "copy the whole folder of the case."
        )
    state = source.stat()
    return state.st_ino, state.st_mtime_ns, state.st_size


@lru_cache(maxsize=16)
def _arrays(source: Path, links: int, *_state: int) -> dict[str, Array]:
    """Every array of an archive, which callers must not change: several arrays follow from each."""
    with source.open("rb") as stream, np.load(stream, allow_pickle=False) as archive:
        return unpacked(source, archive, links)


def sha256_of(array: Array) -> str:
    """SHA-256 of the bytes of an array, in C order."""
    return hashlib.sha256(np.ascontiguousarray(array).data.cast("B") if array.size else b"").hexdigest()


def _bits(array: Array) -> Array:
    """The bits of the real numbers that an array consists of, as integers (n,)."""
    real = np.ascontiguousarray(array).ravel().view(array.real.dtype)
    return real.view(f"i{real.itemsize}")


def narrowed(array: Array) -> Array:
    """An array in half of its precision, where that holds every value of it to the last bit; else the array itself."""
    half = {"<f8": "<f4", "<c16": "<c8"}.get(array.dtype.str)
    if half is None:
        return array
    found = _in_type(array, np.dtype(half))
    return found if _in_type(found, array.dtype).tobytes() == array.tobytes() else array


def _in_type(other: Array, dtype: np.dtype[Any]) -> Array:
    """An array in another type, where what is too large for it is infinite."""
    with np.errstate(over="ignore", invalid="ignore"):
        return other.astype(dtype)


def distances(own: Array, other: Array) -> Array:
    """How many numbers of its type each value is from another, as unsigned integers (n,): 0, -1, 1, -2, 2, ...

    `other` is taken in the type of `own`; complex numbers have two values each.
    """
    apart = _bits(own) - _bits(_in_type(other, own.dtype))
    folded = (apart << 1) ^ (apart >> (8 * apart.itemsize - 1))
    return folded.view(f"u{apart.itemsize}")


def planes(apart: Array) -> bytes:
    """The bytes of distances by their weight, the least first: the high ones are nearly all 0, and so take no room."""
    return np.ascontiguousarray(apart.view(np.uint8).reshape(-1, apart.itemsize).T).tobytes()


def chosen(other: Array, rows: Sequence[int], times: float) -> Array:
    """Some rows of an array, multiplied by a number in float64; the array itself where both leave it as it is."""
    found = other[list(rows)] if rows else other
    return found if times == 1.0 else found.astype(np.float64) * times


def applied(stored: bytes, other: Array, derived: Derived) -> Array:
    """The array that differs from another by `planes` of their `distances`; ValueError where they do not fit."""
    base = _in_type(chosen(other, derived.rows, derived.times), np.dtype(derived.kept))
    bits = _bits(base)
    by_value = np.frombuffer(stored, np.uint8).reshape(bits.itemsize, -1).T
    folded = np.ascontiguousarray(by_value).reshape(-1).view(f"u{bits.itemsize}")
    sign = (folded & folded.dtype.type(1)).view(bits.dtype)
    apart = (folded >> folded.dtype.type(1)).view(bits.dtype) ^ -sign
    found = (bits + apart).view(base.real.dtype).view(base.dtype).reshape(derived.shape)
    return _in_type(found, np.dtype(derived.dtype))
