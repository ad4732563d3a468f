"""Batches for a port, made from grouped data."""

import numpy as np

from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.dataset.truth import Truth
from harness.errors import HarnessError
from harness.ports.protocol import Batch


def batch_of(data: GroupedData, rows: Array, intensity_scale: float, truth: Truth | None = None) -> Batch:
    """Make a batch of the given rows (B,) of the data's groups; amplitude = intensity_scale * X.

    With a truth the batch holds its patches, which a supervised network is trained on.
    """
    amplitude, relative = data.batch(rows, intensity_scale)
    return Batch(amplitude, relative, None if truth is None else _true_patches(data, rows, truth))


def _true_patches(data: GroupedData, rows: Array, truth: Truth) -> Array:
    """(B, N, N, C) complex128: what lies under each pattern."""
    members, N = data.groups[rows], data.X.shape[-1]
    cut = truth.patches(data.x[members].ravel(), data.y[members].ravel(), N)
    return np.moveaxis(cut.reshape(*members.shape, N, N), 1, -1)


def rolled(batch: Batch, places: int) -> Batch:
    """The batch with its samples moved on by some places."""
    arrays = (batch.amplitude, batch.relative, batch.patches)
    return Batch(*(None if array is None else np.roll(array, places, axis=0) for array in arrays))  # type: ignore[arg-type]


def read_only(batch: Batch) -> Batch:
    """The batch in arrays that refuse to be changed in place: the next call is given the same ones."""
    views = {name: array.view() for name, array in vars(batch).items() if array is not None}
    for view in views.values():
        view.flags.writeable = False
    return Batch(**views)


class FedBatches:
    """The training batches of a dataset, in their order; a `BatchSource`."""

    def __init__(self, data: GroupedData, epochs: int, intensity_scale: float, truth: Truth | None = None) -> None:
        """Share the data's batches out over the epochs; HarnessError when they do not divide evenly."""
        steps = len(data.batches)
        if steps == 0 or steps % epochs:
            raise HarnessError(
                f"the training data holds {steps} batches, which cannot be shared out over {epochs} epochs; "
                "build the dataset folder again."
            )
        self.epochs = epochs
        self.steps_per_epoch = steps // epochs
        self._data = data
        self._intensity_scale, self._truth = intensity_scale, truth

    def batch(self, step: int) -> Batch:
        """Return the batch of the given step, counted from 0 over all epochs."""
        return batch_of(self._data, self._data.rows(step), self._intensity_scale, self._truth)
