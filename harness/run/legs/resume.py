"""Training that is interrupted: what was saved half-way, and how far the rest from there is from one that was not.

Some steps of the real training, at its rate and in float64. Leg `replay` takes them in one go and saves what the port
held half-way, weights and state of the optimiser; a fresh port loads that and goes on. Into `replay/` it adds:

- `checkpoint_weights.npz`, `checkpoint_optimiser.npz`: what was saved;
- `unbroken.npz`: every weight after all steps, taken in one go;
- `resumed.json`: how far every weight is from it after an interruption.

Leg `resume` goes on from what the other side saved, and adds to `resume/` its own `resumed.json`, against the other
side's `unbroken.npz`.
"""

import contextlib
from dataclasses import dataclass
from pathlib import Path

from harness import layout
from harness.arrays import Weights
from harness.dataset.grouped import GroupedData
from harness.files import read_json, read_npz, write_json, write_npz
from harness.ports.feed import FedBatches
from harness.ports.protocol import RESUME, EpochReport, Port
from harness.run.job import Job
from harness.run.legs.common import (
    Enough,
    Progress,
    create,
    lacks,
    precisions,
    setup_of,
    shared_start,
    source_of,
    truth_of,
    weights_of_other,
    write_missing,
)
from harness.run.legs.distances import distances

ONE_STEP = {RESUME: "a training of one step cannot be interrupted"}


@dataclass(frozen=True)
class Checkpoint:
    """What a training saves to go on later."""

    weights: Weights
    optimiser: Weights
    """As `Port.optimiser_state` returns it."""

    def write(self, folder: Path) -> None:
        """Save it in `folder`."""
        write_npz(folder / layout.CHECKPOINT_WEIGHTS, **self.weights)
        write_npz(folder / layout.CHECKPOINT_OPTIMISER, **self.optimiser)

    @classmethod
    def read(cls, folder: Path) -> "Checkpoint":
        """Load what `write` saved."""
        return cls(read_npz(folder / layout.CHECKPOINT_WEIGHTS), read_npz(folder / layout.CHECKPOINT_OPTIMISER))


def interrupt(job: Job, port: Port, folder: Path) -> None:
    """Train in one go and with an interruption, and write what `replay/` holds of it, or why not."""
    if lacks(job, folder, port, (RESUME,)):
        return
    if (batches := _batches(job)) is None:
        write_missing(folder, ONE_STEP)
        return
    saved: list[Checkpoint] = []

    def report(epoch: EpochReport) -> None:
        if epoch.step > batches.steps_per_epoch:
            raise Enough
        saved.append(Checkpoint(port.weights(), port.optimiser_state()))

    port.set_weights(shared_start(job, port))
    with contextlib.suppress(Enough):
        port.train(batches, report)
    unbroken = port.weights()
    saved[0].write(folder)
    write_npz(folder / layout.UNBROKEN, **unbroken)
    again = _go_on(create(job, precisions(job)[-1], random_layers=False), Checkpoint.read(folder), batches)
    write_json(folder / layout.RESUMED, distances(unbroken, again))


def run(job: Job) -> None:
    """Go on from what the other side saved, and write `resume/`."""
    folder, other, progress = job.output / layout.RESUME, source_of(job), Progress(job)
    progress.report()
    if not (other / layout.UNBROKEN).is_file():
        write_missing(folder, {RESUME: f"the other side: {'; '.join(read_json(other / layout.MISSING).values())}"})
        return
    port, batches = create(job, precisions(job)[-1], random_layers=False), _batches(job)
    if lacks(job, folder, port, (RESUME,)) or batches is None:
        return
    given = Checkpoint.read(other)
    kept = [f"{weight}.{slot}" for weight in port.contract.trained for slot in port.contract.optimiser_state]
    if absent := [name for name in kept if name not in given.optimiser]:
        reason = f"the other side's optimiser keeps no {', '.join(absent[:3])}"
        write_missing(folder, {RESUME: reason})
        return
    taken = Checkpoint(weights_of_other(job, port, given.weights), given.optimiser)
    again = _go_on(port, taken, batches)
    write_json(folder / layout.RESUMED, distances(again, read_npz(other / layout.UNBROKEN)))
    progress.report()


def _batches(job: Job) -> FedBatches | None:
    """The batches of the training, in epochs of two steps, or of one where they are odd; None where there is one."""
    data, precision = GroupedData.load(job.dataset / layout.TRAIN), precisions(job)[-1]
    steps = len(data.batches)
    if steps < 2:
        return None
    epochs = steps // 2 if steps % 2 == 0 and steps >= 4 else steps
    return FedBatches(data, epochs, setup_of(job, precision).intensity_scale, truth_of(job))


def _go_on(port: Port, saved: Checkpoint, batches: FedBatches) -> Weights:
    """The weights of a port that goes on for an epoch from what was saved after the first one."""

    def report(_: EpochReport) -> None:
        raise Enough

    port.set_weights(saved.weights)
    with contextlib.suppress(Enough):
        port.resume(saved.optimiser, batches.steps_per_epoch, batches, report)
    return port.weights()
