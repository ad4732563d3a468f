"""Writing an HDF5 file: small arrays by their paths, attributes, and patterns as the counts that others want."""

from collections.abc import Mapping
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.files import write_atomic

Array = np.ndarray

_FRAMES = 32
"""Patterns that are turned to counts at a time."""


def save(path: Path, small: Mapping[str, object], patterns: str, amplitude: Array) -> None:
    """Write a file, whole or not at all; the same arguments give the same bytes.

    Args:
        path: the new file.
        small: arrays, numbers and texts by their paths; a path with `@` names an attribute of what stands before it.
        patterns: path of the patterns.
        amplitude: (M, N, N) float32; its squares are written, as whole numbers where they are counts.

    Raises HarnessError without h5py, and for a file that cannot be written.
    """
    try:
        import h5py
    except ImportError as error:
        raise HarnessError(f"{path}: h5py, which writes HDF5, is not installed; type pip install h5py.") from error

    def write(temporary: Path) -> None:
        with h5py.File(temporary, "w") as file:
            dtype = _counts_type(amplitude)
            packing = {"chunks": (1, *amplitude.shape[1:]), "compression": "gzip", "shuffle": True}
            counts = file.create_dataset(patterns, amplitude.shape, dtype, **packing)
            for first in range(0, len(amplitude), _FRAMES):
                part = _squares(amplitude[first : first + _FRAMES])
                counts[first : first + _FRAMES] = part if dtype == np.float64 else np.rint(part)
            for name, value in small.items():
                place, _, attribute = name.partition("@")
                if attribute:
                    file[place].attrs[attribute] = value
                else:
                    file[place] = value

    try:
        write_atomic(path, write)
    except OSError as error:
        raise HarnessError(f"{path}: cannot be written ({error.strerror or error}); name another file.") from error


def _squares(amplitude: Array) -> Array:
    return np.square(amplitude, dtype=np.float64)


def _counts_type(amplitude: Array) -> np.dtype:
    """Whole numbers, if the roots of the rounded squares are the amplitudes to the bit; else float64: exact."""
    limit = float(np.iinfo(np.uint32).max)
    for frame in amplitude:
        whole = np.rint(_squares(frame))
        if whole.max() > limit or not np.array_equal(np.sqrt(whole).astype(np.float32), frame):
            return np.dtype(np.float64)
    return np.dtype(np.uint32)
