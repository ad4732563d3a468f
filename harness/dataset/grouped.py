"""Grouped data: normalised patterns, the groups drawn from them, and the order of the batches.

Runs in the workers too, so it needs NumPy alone.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.files import read_npz, write_npz

Array = np.ndarray


@dataclass(frozen=True)
class GroupedData:
    """M patterns and G groups of C = gridsize**2 of them."""

    X: Array
    """(M, N, N) float32 normalised amplitudes."""
    x: Array
    """(M,) float64 pixels on the object grid."""
    y: Array
    """(M,) float64 pixels on the object grid."""
    groups: Array
    """(G, C) int64 patterns of each group; for training the draws of all epochs, one after another."""
    offsets: Array
    """(G, 1, 2, 1) float64 centre [x, y] of each group: the mean of its members' positions."""
    relative: Array
    """(G, 1, 2, C) float64: minus the distance of each member from its group's centre."""
    batches: Array
    """(steps, B) int64 rows of `groups`, in training order; (0, 0) where nothing is trained."""

    @classmethod
    def load(cls, path: Path) -> "GroupedData":
        """Read `train.npz` or `test.npz`; a missing array is a `HarnessError`."""
        arrays = read_npz(path)
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if name not in arrays]
        if missing:
            raise HarnessError(f"{path}: lacks {', '.join(missing)}; build the dataset folder again.")
        return cls(**{name: arrays[name] for name in names})

    def save(self, path: Path) -> None:
        """Write every array to an NPZ, with the same bytes every time."""
        write_npz(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    def batch(self, rows: Array, intensity_scale: float) -> tuple[Array, Array]:
        """Return the amplitude (B, N, N, C) float64 and relative offsets (B, 1, 2, C) of some groups.

        The amplitude is `intensity_scale * X`: the square root of the counts.
        """
        patterns = self.X[self.groups[rows]].astype(np.float64)
        return intensity_scale * np.moveaxis(patterns, 1, -1), self.relative[rows]
