"""Arrays of an HDF5 file, which is also what CXI, NeXus and MATLAB 7.3 write.

MATLAB's arrays are given with MATLAB's own axes and complex numbers. A link or a virtual array that leads out of the
file's folder is not followed, since a file must not choose what is read on this machine.
"""

import contextlib
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np

from harness.dataset.archive import Header, half_of_memory, pieces, require_room
from harness.errors import HarnessError

Array = np.ndarray

_MOST_NAMES, _DEEPEST = 10_000, 12
"""How many arrays are listed, and how many groups deep."""
_MATLAB_COMPLEX = ("real", "imag")


class Hdf5:
    """The arrays of one open file by their paths, such as `entry_1/data_1/data`."""

    def __init__(self, path: Path, file: Any, matlab: bool) -> None:
        """List the arrays; `matlab` turns their axes to those that MATLAB shows."""
        self._path, self._file, self._matlab = path, file, matlab
        self._folder = path.parent.resolve()
        with _in_one_sentence(path):
            self.headers: dict[str, Header | None] = dict(islice(self._walk(file, "", ()), _MOST_NAMES))

    def read(self, name: str) -> Array:
        """One array; raises HarnessError where it is damaged, packed in an unknown way or too large."""
        header, array = self._readable(name)
        require_room(f"{self._path}: '{name}'", header)
        with _in_one_sentence(self._path, name):
            found = _native(np.asarray(array[()]))
        return found.transpose() if header.reversed else found

    def blocks(self, name: str, lead: int = 1) -> Iterator[tuple[int, Array]]:
        """Read one array piece by piece, in the order in which it is stored, as `Archive.blocks` does."""
        header, array = self._readable(name)
        *outer, rows = header.stored[:lead]
        values = int(np.prod(header.stored[lead:], dtype=np.int64))
        if values * header.dtype.itemsize > half_of_memory():
            raise HarnessError(f"{self._path}: '{name}' {header.shape}: one frame takes more than half of the memory.")
        packed = array.chunks[len(outer)] if array.chunks else 1
        with _in_one_sentence(self._path, name):
            for number, index in enumerate(np.ndindex(*outer)):
                for first, count in pieces(rows, values, packed):
                    yield number * rows + first, np.asarray(array[(*index, slice(first, first + count))])

    def number(self, name: str) -> float | None:
        """A single number; None where there is none of that name."""
        header = self.headers.get(name)
        if header is None or header.dtype.kind not in "iuf" or np.prod(header.shape) != 1:
            return None
        return float(self.read(name).item())

    def attribute(self, name: str, key: str) -> object:
        """What stands beside an array or a group as attribute `key`; None where nothing does."""
        with _in_one_sentence(self._path, name):
            item = self._file.get(name) if name else self._file
            value = None if item is None else item.attrs.get(key)
        return value.decode("utf-8", "replace") if isinstance(value, bytes) else value

    def _walk(self, group: Any, prefix: str, above: tuple[object, ...]) -> Iterator[tuple[str, Header | None]]:
        import h5py

        if len(above) > _DEEPEST or group.id in above:
            return
        for key in group:
            if key.startswith("#"):  # what MATLAB refers to, and says of itself
                continue
            name, item = f"{prefix}{key}", self._item(group, key)
            if isinstance(item, h5py.Group):
                yield from self._walk(item, f"{name}/", (*above, group.id))
            elif isinstance(item, h5py.Dataset) and item.shape is not None:
                yield name, self._header(item)

    def _item(self, group: Any, key: str) -> Any:
        """What stands in a group under a name; None for a link that is broken or leads out of the file's folder."""
        with contextlib.suppress(KeyError, OSError):
            item = group.get(key)
            if item is not None and self._inside(Path(item.file.filename)):
                return item
        return None

    def _inside(self, path: Path) -> bool:
        return path.resolve().is_relative_to(self._folder)

    def _header(self, array: Any) -> Header:
        names = array.dtype.names
        is_complex = names == _MATLAB_COMPLEX and array.dtype["real"].kind == "f"
        dtype = np.result_type(array.dtype["real"], np.complex64) if is_complex else array.dtype
        shape = tuple(reversed(array.shape)) if self._matlab else tuple(array.shape)
        return Header(shape, np.dtype(dtype), self._matlab)

    def _readable(self, name: str) -> tuple[Header, Any]:
        header, array = self.headers[name], self._file[name]
        where = f"{self._path}: '{name}'"
        if header is None or header.dtype.kind not in "iufcb":
            raise HarnessError(f"{where} cannot be read (it is of type {array.dtype}); save it as a numeric array.")
        outside = [str(source.file_name) for source in array.virtual_sources()] if array.is_virtual else []
        outside += [str(entry[0]) for entry in array.external or ()]
        if outside := [other for other in outside if not self._inside(self._path.parent / other) and other != "."]:
            raise HarnessError(f"{where} lies in another file, {outside[0]}, out of this folder; copy that one here.")
        self._require_filters(where, array)
        return header, array

    def _require_filters(self, where: str, array: Any) -> None:
        import h5py

        packing = array.id.get_create_plist()
        for number in range(packing.get_nfilters()):
            code, _, _, title = packing.get_filter(number)
            if not h5py.h5z.filter_avail(code):
                named = title.decode("utf-8", "replace").split(";")[0] or "without a name"
                raise HarnessError(
                    f"{where} is packed by filter {code} ({named}), which this h5py lacks; install hdf5plugin, or "
                    "unpack the file with h5repack -f NONE."
                )


def _native(array: Array) -> Array:
    """An array with NumPy's own complex numbers in place of MATLAB's pairs."""
    if array.dtype.names != _MATLAB_COMPLEX:
        return array
    return np.asarray(array["real"] + 1j * array["imag"])


@contextlib.contextmanager
def opened(path: Path, matlab: bool) -> Iterator[Hdf5]:
    """The arrays of an HDF5 file, which MATLAB wrote if `matlab`; HarnessError where h5py or a part of it lacks."""
    try:
        import h5py
    except ImportError as error:
        raise HarnessError(
            f"{path}: is an HDF5 file, and h5py, which reads one, is not installed; type pip install h5py."
        ) from error
    with contextlib.suppress(ImportError):
        import hdf5plugin  # noqa: F401 - registers the filters that detectors pack with
    with contextlib.ExitStack() as closing:
        with _in_one_sentence(path):
            file = closing.enter_context(h5py.File(path, "r"))
        yield Hdf5(path, file, matlab)


@contextlib.contextmanager
def _in_one_sentence(path: Path, name: str | None = None) -> Iterator[None]:
    """Turn the many kinds of error that a broken file raises into one sentence."""
    where = "" if not name else f"'{name}' cannot be read: "
    try:
        yield
    except HarnessError:
        raise
    except Exception as error:
        reason = " ".join(str(error).split()) or "cut short"
        raise HarnessError(f"{path}: {where}is not a whole HDF5 file ({reason}); copy it again.") from error
