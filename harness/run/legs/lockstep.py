"""The lock-step leg: one forward and backward pass of the first training batch, on weights that both sides share.

Fills `lockstep/`: what the port claims to be (`contract.json`), and in both precisions every named stage, every term of
the loss, the gradient of every weight, and how far the gradients of nudged weights on the reordered batch are from
those (`gradient_noise_<precision>.json`, one value a draw for every weight); in the last precision also the slope of
the loss at the port's own outputs (`slope.npz`), in float32 what is returned for one group in batches of several sizes
(`batch_sizes.json`).
"""

from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Precision, Weights, nudged
from harness.dataset.grouped import GroupedData
from harness.errors import HarnessError
from harness.files import write_json, write_npy, write_npz
from harness.ports.feed import batch_of, rolled
from harness.ports.protocol import SHARED_WEIGHTS, Batch, Port
from harness.run.job import Job
from harness.run.legs.batch_sizes import write_batch_sizes
from harness.run.legs.common import (
    Progress,
    create,
    lacks,
    mask_of,
    precisions,
    repeat_as_float64,
    setup_of,
    shared_start,
    truth_of,
)
from harness.run.legs.distances import distances

NEEDED = ("stages", "losses", "gradients")
ROUNDING = 1e3
"""Units of rounding that a stage may move when nothing has changed; what a port keeps moves it further."""


def run(job: Job) -> None:
    """Write `lockstep/`: the batch, the contract and facts of the port, and its results in both precisions."""
    progress = Progress(job)
    progress.report()
    folder = job.output / layout.LOCKSTEP
    data = GroupedData.load(job.dataset / layout.TRAIN)
    batch = batch_of(data, data.rows(0), setup_of(job, "float32").intensity_scale, truth_of(job))
    write_npz(folder / layout.BATCH, **{name: array for name, array in vars(batch).items() if array is not None})
    if (mask := mask_of(job)) is not None:
        write_npy(folder / layout.MASK, mask)
    for precision in precisions(job):
        _pass(job, folder, precision, batch)
    repeat_as_float64(job, folder)
    progress.report()


def _pass(job: Job, folder: Path, precision: Precision, batch: Batch) -> None:
    port = create(job, precision)
    port.contract.write(folder)
    write_json(folder / layout.FACTS, {**port.facts(), "capabilities": sorted(port.capabilities)})
    absent = lacks(job, folder, port, (SHARED_WEIGHTS, *NEEDED, "slope"))
    if SHARED_WEIGHTS in absent or absent >= {*NEEDED}:
        return
    weights = shared_start(job, port)
    write_npz(folder / layout.FIRST_WEIGHTS, **weights)
    port.set_weights(weights)
    stages = {} if "stages" in absent else port.stages(batch)
    if stages:
        write_npz(folder / layout.stages(precision), **stages)
        if precision == precisions(job)[-1] and "slope" not in absent:
            write_npz(folder / layout.SLOPE, **port.slope(stages, batch))
        if precision == "float32":
            write_batch_sizes(job, folder, port)
    if "losses" not in absent:
        write_json(folder / layout.losses(precision), port.losses(batch))
    if "gradients" not in absent:
        _gradients(job, folder, precision, port, batch, weights)
    if stages and job.scenario.sides is not None:
        port.set_weights(weights)
        require_the_same(stages, port.stages(batch), precision, "in a second pass of the same batch")


def require_the_same(before: Weights, after: Weights, precision: Precision, when: str) -> None:
    """Raise HarnessError unless stages are the same once more: the noise of a port that changes hides what differs."""
    limit = ROUNDING * float(np.finfo(precision).eps)
    moved = {name: value for name, value in before.items() if not np.array_equal(value, after[name], equal_nan=True)}
    apart = {name: found for name, found in distances(moved, after).items() if not found <= limit}
    if apart:
        first = next(iter(apart))
        raise HarnessError(
            f"{first} is another {when} ({apart[first]:.1e} of its size): the port keeps something between calls or "
            "draws random numbers; let what it returns depend on its weights and the batch alone."
        )


def _gradients(job: Job, folder: Path, precision: Precision, port: Port, batch: Batch, weights: Weights) -> None:
    """The gradient of every weight that has one, and how far rounding moves each."""
    gradients = {name: gradient for name, gradient in port.gradients(batch).items() if gradient is not None}
    write_npz(folder / layout.gradients(precision), **gradients)
    noise: dict[str, list[float]] = {name: [] for name in gradients}
    for draw in range(1, job.scenario.lockstep.draws + 1):
        port.set_weights(nudged(weights, draw, precision))
        moved = {name: value for name, value in port.gradients(reordered(batch, draw)).items() if value is not None}
        for name, apart in distances(gradients, moved).items():
            noise[name].append(apart)
    write_json(folder / layout.gradient_noise(precision), noise)


def reordered(batch: Batch, draw: int) -> Batch:
    """The batch with its samples rolled by `draw`, so that sums over them round differently.

    A nudge alone does not do that: it moves the terms of a long sum by less than the sum's own rounding, so that each
    draw repeats the same error.
    """
    return rolled(batch, draw)
