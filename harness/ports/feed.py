"""Batches for a port, made from grouped data."""

from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.ports.protocol import Batch


def batch_of(data: GroupedData, rows: Array, intensity_scale: float) -> Batch:
    """Make a batch of the groups with the indices `rows` (B,); amplitude = intensity_scale * X."""
    amplitude, relative = data.batch(rows, intensity_scale)
    return Batch(amplitude=amplitude, relative=relative)


class FedBatches:
    """The training batches of a dataset, in their order; a `BatchSource`."""

    def __init__(self, data: GroupedData, epochs: int, intensity_scale: float) -> None:
        """Divide the data's batches into epochs; raises HarnessError when they cannot be divided evenly."""
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
