"""Grouped data: normalised patterns, the groups drawn from them, and the order of the batches.

Workers import this module, so it needs no library but NumPy.
"""

from dataclasses import dataclass, fields
from pathlib import Path

import numpy as np

from harness.errors import HarnessError
from harness.files import read_npz, write_npz

Array = np.ndarray
NOTHING = -1
"""In place of a row, where the last batch of an epoch holds fewer groups than the others."""


@dataclass(frozen=True)
class GroupedData:
    """M diffraction patterns and G groups of C = gridsize**2 of them: the content of `train.npz` or `test.npz`."""

    X: Array
    """(M, N, N) float32 normalised amplitudes."""
    x: Array
    """(M,) float64 column of each patch's centre, in pixels of the object grid."""
    y: Array
    """(M,) float64 row of each patch's centre, in pixels of the object grid."""
    groups: Array
    """(G, C) int64 indices of the patterns of each group; for training the groups of all epochs, one after another."""
    offsets: Array
    """(G, 1, 2, 1) float64 centre [x, y] of each group: the mean of its members' positions."""
    relative: Array
    """(G, 1, 2, C) float64 offsets [x, y] of the members: `-(position - centre)`."""
    batches: Array
    """(steps, B) int64 rows of `groups`, in training order, or `NOTHING`; (0, 0) where nothing is trained."""

    @classmethod
    def load(cls, path: Path) -> "GroupedData":
        """Read `train.npz` or `test.npz`; raises HarnessError for arrays that are missing or do not fit together."""
        arrays = read_npz(path)
        names = [field.name for field in fields(cls)]
        missing = [name for name in names if name not in arrays]
        if missing:
            raise HarnessError(f"{path}: lacks {', '.join(missing)}; build the dataset folder again.")
        data = cls(**{name: arrays[name] for name in names})
        if wrong := data._inconsistent_arrays():
            raise HarnessError(f"{path}: {', '.join(wrong)} fit no other array; build the dataset folder again.")
        return data

    def _inconsistent_arrays(self) -> list[str]:
        """Names of arrays whose shape or type does not fit the others, and of offsets that are not finite."""
        M, groups = len(self.X), self.groups.shape
        fits = {
            "X": self.X.ndim == 3,
            "x": self.x.shape == (M,),
            "y": self.y.shape == (M,),
            "groups": len(groups) == 2 and self.groups.dtype.kind in "iu",
            "relative": self.relative.shape == (*groups[:1], 1, 2, *groups[1:]) and np.isfinite(self.relative).all(),
            "batches": self.batches.ndim == 2 and self.batches.dtype.kind in "iu",
        }
        return [name for name, fit in fits.items() if not fit]

    def save(self, path: Path) -> None:
        """Write every array to an NPZ file; the same arrays always give the same bytes."""
        write_npz(path, **{field.name: getattr(self, field.name) for field in fields(self)})

    def rows(self, step: int) -> Array:
        """Return the rows (b,) of `groups` that the batch of a step holds; b is at most B."""
        batch: Array = self.batches[step]
        return batch[batch != NOTHING]

    def batch(self, rows: Array, intensity_scale: float) -> tuple[Array, Array]:
        """Return the amplitude (B, N, N, C) float64 and relative offsets (B, 1, 2, C) of some groups.

        The amplitude is `intensity_scale * X`: the square root of the counts.
        """
        patterns = self.X[self.groups[rows]].astype(np.float64)
        return intensity_scale * np.moveaxis(patterns, 1, -1), self.relative[rows]
