"""The replay leg: the first epochs of the real training once more, in float64, watched by nobody.

The steps of a trajectory are epochs of their own, at another rate, and end early. What happens at the end of an epoch,
begins later, or hangs on the real schedule shows in a training as it is: the same batches and steps by the port's own
loop, with nothing asked before its last epoch is over. Rounding of float64 lets two sound sides part by next to nothing
meanwhile. Fills `replay/`: `history.json`, as that of the training, and `weights.npz` after its last epoch; and what
`harness.run.legs.resume` says of an interruption.
"""

import contextlib
import math

from harness import layout
from harness.arrays import Weights
from harness.dataset.grouped import GroupedData
from harness.dataset.truth import Truth
from harness.files import write_npz
from harness.ports.feed import FedBatches
from harness.ports.protocol import FIT, SHARED_WEIGHTS, Batch, EpochReport
from harness.records.history import Epoch, History
from harness.run.job import Job
from harness.run.legs.common import (
    Enough,
    Progress,
    create,
    lacks,
    precisions,
    setup_of,
    shared_start,
    truth_of,
    write_missing,
)
from harness.run.legs.resume import interrupt

EPOCHS, STEPS = 2, 13
"""Fewest epochs and steps that are replayed, so that something of a second epoch is among them."""
WHOLE = 32
"""Steps of the longest epoch that is replayed whole; of longer ones `STEPS` are.

At the rate of a real training rounding grows with every step: after 64 steps of `stable` sound sides are 9e-10 apart,
after 40 of `full` 2e-8, after its 125 they have nothing in common.
"""


class ShortEpochs(FedBatches):
    """The first batches of each epoch and its last one, which may not be full; all of them, where they are few."""

    def __init__(self, data: GroupedData, epochs: int, intensity_scale: float, truth: Truth | None = None) -> None:
        """As `FedBatches`."""
        super().__init__(data, epochs, intensity_scale, truth)
        self._of_training = self.steps_per_epoch
        if self._of_training > WHOLE:
            self.steps_per_epoch = STEPS

    def batch(self, step: int) -> Batch:
        """Return the batch of the given step, counted from 0 over all epochs."""
        epoch, place = divmod(step, self.steps_per_epoch)
        is_last = place == self.steps_per_epoch - 1
        return super().batch(epoch * self._of_training + (self._of_training - 1 if is_last else place))


def run(job: Job) -> None:
    """Train for the first epochs, and write `replay/`."""
    folder, precision = job.output / layout.REPLAY, precisions(job)[-1]
    port = create(job, precision, random_layers=False)
    if FIT in port.capabilities:
        write_missing(folder, {"train": f"{job.backend} trains by a loop of its own, which is not run twice"})
        return
    if lacks(job, folder, port, (SHARED_WEIGHTS, "train")):
        return
    scale, epochs = setup_of(job, precision).intensity_scale, job.scenario.training.epochs
    batches = ShortEpochs(GroupedData.load(job.dataset / layout.TRAIN), epochs, scale, truth_of(job))
    wanted = replayed_epochs(epochs, batches.steps_per_epoch)
    progress = Progress(job, wanted)
    history: list[Epoch] = []
    weights: Weights = {}

    def report(epoch: EpochReport) -> None:
        history.append(Epoch(epoch=epoch.epoch, step=epoch.step, metrics=dict(epoch.metrics)))
        progress.report(len(history), epoch.step, epoch.metrics.get("loss"))
        if len(history) == wanted:
            weights.update(port.weights())
            raise Enough

    progress.report(0, 0)
    port.set_weights(shared_start(job, port))
    with contextlib.suppress(Enough):
        port.train(batches, report)
    History(epochs=tuple(history)).write(folder / layout.HISTORY)
    write_npz(folder / layout.FIRST_WEIGHTS, **weights)
    interrupt(job, port, folder)


def replayed_epochs(epochs: int, steps: int) -> int:
    """How many of the epochs of a training are replayed, by the number of their steps."""
    return min(epochs, max(EPOCHS, math.ceil(STEPS / steps)))
