"""Grouped data as the batches that a backend takes."""

from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.ports.protocol import Batch


def batch_of(data: GroupedData, rows: Array, intensity_scale: float) -> Batch:
    """Make a batch of the given rows (B,) of the data's groups; amplitude = intensity_scale * X."""
    amplitude, relative = data.batch(rows, intensity_scale)
    return Batch(amplitude=amplitude, relative=relative)


class FedBatches:
    """The training batches of a dataset, in their order; a `BatchSource`."""

    def __init__(self, data: GroupedData, epochs: int, intensity_scale: float) -> None:
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
        self._intensity_scale = intensity_scale

    def batch(self, step: int) -> Batch:
        """Return the batch of the given step, counted from 0 over all epochs."""
        return batch_of(self._data, self._data.batches[step], self._intensity_scale)
