"""Files of a case folder that several rungs read: each is read once, until it is another file."""

from functools import lru_cache
from pathlib import Path
from typing import Any

from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.files import read_json, read_npy, read_npz


def state(path: Path) -> tuple[int, int, int]:
    """Inode, time and size of a file: the key under which its contents are cached."""
    found = path.stat()
    return found.st_ino, found.st_mtime_ns, found.st_size


def contents(path: Path) -> Any:
    """Contents of a JSON file, which callers must not change."""
    return _contents(path, *state(path))


def arrays(path: Path) -> dict[str, Array]:
    """Arrays of an NPZ file, read-only."""
    return _arrays(path, *state(path))


def array(path: Path) -> Array:
    """The array of an NPY file, read-only."""
    return _array(path, *state(path))


def grouped(path: Path) -> GroupedData:
    """Contents of `train.npz` or `test.npz` of a dataset, whose arrays are read-only."""
    return _grouped(path, *state(path))


@lru_cache(maxsize=4)
def _grouped(path: Path, *_state: int) -> GroupedData:
    found = GroupedData.load(path)
    _protect(*vars(found).values())
    return found


@lru_cache(maxsize=64)
def _array(path: Path, *_state: int) -> Array:
    found = read_npy(path)
    _protect(found)
    return found


@lru_cache(maxsize=64)
def _contents(path: Path, *_state: int) -> Any:
    return read_json(path)


@lru_cache(maxsize=64)
def _arrays(path: Path, *_state: int) -> dict[str, Array]:
    found = read_npz(path)
    _protect(*found.values())
    return found


def _protect(*shared: Array) -> None:
    """Make arrays read-only: one that a rung changed would be another for the rungs after it."""
    for array in shared:
        array.flags.writeable = False
