"""The arrays that a measured data set is made of, in one file or in several, whatever kind each file is."""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Protocol

import numpy as np

from harness.dataset import archive
from harness.dataset.archive import Header
from harness.dataset.file_kind import FIRST_BYTES, HDF5, MATLAB, kind
from harness.dataset.measured import hdf5
from harness.errors import HarnessError
from harness.pipes import require_no_pipe

Array = np.ndarray


class Held(Protocol):
    """Named arrays, of which shapes and types are known and no values are read before they are asked for."""

    headers: dict[str, Header | None]

    def read(self, name: str) -> Array:
        """One whole array."""

    def blocks(self, name: str, lead: int = 1) -> Iterator[tuple[int, Array]]:
        """Rows of one array, piece by piece, in the order in which they are stored."""

    def number(self, name: str) -> float | None:
        """A single number; None where there is none of that name."""

    def attribute(self, name: str, key: str) -> object:
        """What stands beside an array or a group; None where nothing does."""


class Joined:
    """The arrays of several files; where two have one name, that of the file that was named first counts."""

    def __init__(self, files: Sequence[Held]) -> None:
        """Join open files."""
        self._owner = {name: file for file in reversed(files) for name in file.headers}
        self._files = files
        self.headers: dict[str, Header | None] = {name: file.headers[name] for name, file in self._owner.items()}

    def read(self, name: str) -> Array:
        """One whole array."""
        return self._owner[name].read(name)

    def blocks(self, name: str, lead: int = 1) -> Iterator[tuple[int, Array]]:
        """Rows of one array, piece by piece."""
        return self._owner[name].blocks(name, lead)

    def number(self, name: str) -> float | None:
        """A single number; None where there is none of that name."""
        return self._owner[name].number(name) if name in self._owner else None

    def attribute(self, name: str, key: str) -> object:
        """The first file's attribute `key` of that array or group; None where none has it."""
        found = (file.attribute(name, key) for file in self._files)
        return next((value for value in found if value is not None), None)


@contextlib.contextmanager
def opened(paths: Sequence[Path]) -> Iterator[Held]:
    """The arrays of NPZ and HDF5 files, recognised by their first bytes and not by their names.

    Raises HarnessError for a file that is missing, damaged or something else, which is named.
    """
    with contextlib.ExitStack() as closing:
        files = [closing.enter_context(_opened(path)) for path in paths]
        yield files[0] if len(files) == 1 else Joined(files)


def _opened(path: Path) -> contextlib.AbstractContextManager[Held]:
    first = b""
    require_no_pipe(path)
    with contextlib.suppress(OSError), path.open("rb") as stream:  # `archive` says what is wrong with it
        first = stream.read(FIRST_BYTES)
    found = kind(first)
    matlab = found == MATLAB
    if matlab and kind(first[512:]) != HDF5:
        raise HarnessError(f"{path}: is a MATLAB file of an old format; save it in MATLAB with save(..., '-v7.3').")
    return hdf5.opened(path, matlab) if matlab or found == HDF5 else archive.opened(path)


def one_of(headers: Mapping[str, Header | None], *names: str) -> str | None:
    """The first of these names that stands among `headers`."""
    return next((name for name in names if name in headers), None)
