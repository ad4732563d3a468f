"""Archives of arrays (NPZ, plain or packed with bzip2), whose headers are looked at before anything is unpacked.

A member that nobody asks for is never read, whatever it holds and however large it is; pickled arrays, which may run
code when they are read, are never read at all.
"""

import bz2
import contextlib
import io
import math
import os
import tempfile
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, NamedTuple

import numpy as np
from numpy.lib import format as npy

from harness.dataset.file_kind import BZIP2, FIRST_BYTES, ZIP, kind
from harness.errors import HarnessError
from harness.pipes import require_no_pipe

Array = np.ndarray

_SUFFIX = ".npy"
_LONGEST_HEADER = 16384
"""Bytes of a member of which its header is read; NumPy itself refuses headers longer than 10,000 characters."""
_PIECE = 1 << 22
"""Bytes that are unpacked at a time."""
_VALUES = 1 << 19
"""Values of an array that are read at a time."""
_IN_MEMORY = 1 << 26
"""Bytes of an unpacked bzip2 archive that are kept in memory; a larger one goes to a temporary file."""


class Header(NamedTuple):
    """What the header of an array says."""

    shape: tuple[int, ...]
    dtype: np.dtype
    reversed: bool = False
    """Whether the axes are stored in reversed order, as Fortran and MATLAB do."""

    @property
    def nbytes(self) -> int:
        """Bytes that the array takes in memory."""
        return math.prod(self.shape) * self.dtype.itemsize

    @property
    def stored(self) -> tuple[int, ...]:
        """The shape in the order in which the values are stored."""
        return self.shape[::-1] if self.reversed else self.shape


class Archive:
    """The arrays of one open file; `headers` has an entry for each, and `read` reads one."""

    def __init__(self, path: Path, members: zipfile.ZipFile) -> None:
        """Read the headers of every array; raises HarnessError for an archive that holds no array."""
        self._path, self._members = path, members
        names = [name for name in members.namelist() if name.endswith(_SUFFIX)]
        if not names:
            held = ", ".join(members.namelist()[:5]) or "nothing"
            raise HarnessError(f"{path}: is {ZIP} without arrays (it holds {held}); an NPZ of plain arrays is needed.")
        self.headers = {name.removesuffix(_SUFFIX): self._header(name) for name in names}

    def _header(self, name: str) -> Header | None:
        """The header of a member; None where it is no header of a plain array."""
        with self._members.open(name) as member:
            first = io.BytesIO(member.read(_LONGEST_HEADER))
        readers = {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}
        try:
            shape, fortran, dtype = readers[npy.read_magic(first)](first)
        except Exception:  # numpy parses the header with Python's own parser, which raises many kinds
            return None
        return Header(shape, dtype, fortran)

    def read(self, name: str) -> Array:
        """One array; raises HarnessError where it is pickled, damaged or larger than half of the memory."""
        header = self._plain(name)
        require_room(f"{self._path}: '{name}'", header)
        with _in_one_sentence(self._path, name), self._members.open(name + _SUFFIX) as member:
            return np.asarray(npy.read_array(member, allow_pickle=False))

    def blocks(self, name: str, lead: int = 1) -> Iterator[tuple[int, Array]]:
        """Read one array piece by piece, in the order in which it is stored.

        Yields the index of the first row of each piece and its rows (n, ...), where the first `lead` stored axes are
        taken as one. Raises HarnessError as `read` does.
        """
        header = self._plain(name)
        rows, rest = math.prod(header.stored[:lead]), header.stored[lead:]
        with _in_one_sentence(self._path, name), self._members.open(name + _SUFFIX) as member:
            {(1, 0): npy.read_array_header_1_0, (2, 0): npy.read_array_header_2_0}[npy.read_magic(member)](member)
            for first, count in pieces(rows, math.prod(rest)):
                wanted = count * math.prod(rest) * header.dtype.itemsize
                if len(data := member.read(wanted)) < wanted:
                    raise EOFError
                yield first, np.frombuffer(data, header.dtype).reshape(count, *rest)

    def number(self, name: str) -> float | None:
        """A single number; None where there is none of that name."""
        header = self.headers.get(name)
        if header is None or header.dtype.kind not in "iuf" or math.prod(header.shape) != 1:
            return None
        return float(self.read(name).item())

    def attribute(self, name: str, key: str) -> object:  # noqa: ARG002 - an NPZ has none
        """What a file says beside an array; an NPZ has nothing of the kind."""
        return None

    def _plain(self, name: str) -> Header:
        header = self.headers[name]
        if header is None or header.dtype.hasobject:
            found = "no array that is known here" if header is None else "pickled Python objects"
            raise HarnessError(f"{self._path}: '{name}' cannot be read ({found}); save it as a plain numeric array.")
        held = self._members.getinfo(name + _SUFFIX).file_size
        if header.nbytes > held:
            raise HarnessError(
                f"{self._path}: '{name}' {header.dtype} {header.shape} takes {header.nbytes} bytes, but {held} are "
                "there; the file is damaged."
            )
        return header

    def require_whole(self) -> None:
        """Unpack every member, piece by piece, and raise HarnessError for one that differs from its checksum."""
        with _in_one_sentence(self._path):
            if damaged := self._members.testzip():
                raise HarnessError(f"{self._path}: '{damaged}' is damaged; copy the file again.")


def require_room(where: str, header: Header) -> None:
    """Raise HarnessError, which begins with `where`, for an array that takes more than half of the memory."""
    if header.nbytes > half_of_memory():
        raise HarnessError(
            f"{where} {header.dtype} {header.shape} takes {header.nbytes / 1e9:.3g} GB, more than half of this "
            f"machine's memory ({2 * half_of_memory() / 1e9:.3g} GB); cut the data set into smaller files."
        )


def pieces(rows: int, values_a_row: int, packed: int = 1) -> Iterator[tuple[int, int]]:
    """First row and number of rows of each piece of an array; `packed` rows can only be unpacked together."""
    step = packed * max(1, _VALUES // max(values_a_row * packed, 1))
    for first in range(0, rows, step):
        yield first, min(step, rows - first)


@contextlib.contextmanager
def opened(path: Path) -> Iterator[Archive]:
    """The arrays of a file, which is an NPZ, or one packed with bzip2, by its first bytes and not by its name.

    Raises HarnessError for a file that is missing or damaged or something else, which is named.
    """
    with contextlib.ExitStack() as closing:
        with _in_one_sentence(path):
            stream: IO[bytes] = closing.enter_context(require_no_pipe(path).open("rb"))
            if kind(_first_bytes(stream)) == BZIP2:
                stream = closing.enter_context(_unpacked(stream, path))
            found = kind(_first_bytes(stream))
            if found != ZIP:
                raise HarnessError(f"{path}: is {found}; an NPZ of plain arrays is needed (docs/data.md).")
            archive = Archive(path, closing.enter_context(zipfile.ZipFile(stream)))
        yield archive


def _first_bytes(stream: IO[bytes]) -> bytes:
    first = stream.read(FIRST_BYTES)
    stream.seek(0)
    return first


def _unpacked(packed: IO[bytes], path: Path) -> IO[bytes]:
    """The content of a bzip2 archive, unpacked piece by piece, so that a huge one fills no memory."""
    with contextlib.ExitStack() as closing, bz2.open(packed) as content:
        unpacked = closing.enter_context(tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
        while piece := content.read(_PIECE):
            unpacked.write(piece)
            if unpacked.tell() > half_of_memory():
                raise HarnessError(
                    f"{path}: unpacks to more than half of this machine's memory; cut the data set into smaller files."
                )
        unpacked.seek(0)
        closing.pop_all()  # it stays open; the caller closes it
    return unpacked


@contextlib.contextmanager
def _in_one_sentence(path: Path, name: str | None = None) -> Iterator[None]:
    """Turn the many kinds of error that a broken file raises into one sentence."""
    where = "" if name is None else f"'{name}' cannot be read: "
    try:
        yield
    except HarnessError:
        raise
    except FileNotFoundError as error:
        raise HarnessError(f"{path}: there is no such file.") from error
    except IsADirectoryError as error:
        raise HarnessError(f"{path}: is a folder; name a file.") from error
    except PermissionError as error:
        raise HarnessError(f"{path}: may not be read by you ({error.strerror}).") from error
    except Exception as error:
        raise HarnessError(f"{path}: {where}is not a whole NPZ of plain arrays ({error or 'cut short'}).") from error


def half_of_memory() -> int:
    """Half of the bytes of memory that this machine has."""
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // 2
