"""The lock-step leg: one forward and backward pass of the first training batch, on weights that both sides share.

Fills `lockstep/`, in both precisions: every named stage, every term of the loss, the gradient of every weight, and how
far the gradients of weights that were nudged by rounding, and of the batch in another order, are from those
(`gradient_noise_<precision>.json`, a figure a draw of every weight).
"""

from pathlib import Path

import numpy as np

from harness.backends.feed import batch_of
from harness.backends.network import initial_weights, nudged
from harness.backends.protocol import Backend, Batch, Precision, Weights
from harness.dataset.grouped import GroupedData
from harness.files import write_json, write_npz
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of
from harness.run.legs.distances import distances

PRECISIONS: tuple[Precision, ...] = ("float32", "float64")
NEEDED = ("stages", "losses", "gradients")


def run(job: Job) -> None:
    """Write what was fed, what came out, and what the backend says of itself."""
    progress = Progress(job)
    progress.tell()
    folder = job.output / "lockstep"
    scale = setup_of(job, "float32").intensity_scale
    data = GroupedData.load(job.dataset / "train.npz")
    batch = batch_of(data, data.batches[0], scale)
    weights = initial_weights(job.scenario, scale)
    write_npz(folder / "batch.npz", amplitude=batch.amplitude, relative=batch.relative)
    write_npz(folder / "weights.npz", **weights)
    for precision in PRECISIONS:
        _pass(job, folder, precision, batch, weights)
    progress.tell()


def _pass(job: Job, folder: Path, precision: Precision, batch: Batch, weights: Weights) -> None:
    backend = create(job, precision)
    offers = {"capabilities": sorted(backend.capabilities), "stage_names": backend.stage_names}
    write_json(folder / "facts.json", {**backend.facts(), **offers})
    absent = lacks(job, folder, backend, NEEDED)
    if len(absent) == len(NEEDED):
        return
    backend.set_weights(weights)
    if "stages" not in absent:
        write_npz(folder / f"stages_{precision}.npz", **backend.stages(batch))
    if "losses" not in absent:
        write_json(folder / f"losses_{precision}.json", backend.losses(batch))
    if "gradients" not in absent:
        _gradients(job, folder, precision, backend, batch, weights)


def _gradients(job: Job, folder: Path, precision: Precision, backend: Backend, batch: Batch, weights: Weights) -> None:
    """The gradient of every weight that has one, and how far rounding moves each."""
    gradients = {name: gradient for name, gradient in backend.gradients(batch).items() if gradient is not None}
    write_npz(folder / f"gradients_{precision}.npz", **gradients)
    noise: dict[str, list[float]] = {name: [] for name in gradients}
    for draw in range(1, job.scenario.lockstep.draws + 1):
        backend.set_weights(nudged(weights, draw, precision))
        moved = {name: value for name, value in backend.gradients(reordered(batch, draw)).items() if value is not None}
        for name, far in distances(gradients, moved).items():
            noise[name].append(far)
    write_json(folder / f"gradient_noise_{precision}.json", noise)


def reordered(batch: Batch, draw: int) -> Batch:
    """The batch with its samples in another order.

    A mean over them rounds differently then. A nudge alone does not show that: it moves the terms of a long sum by
    less than the sum's own rounding, so that each draw repeats the same error.
    """
    return Batch(*(np.roll(array, draw, axis=0) for array in (batch.amplitude, batch.relative)))
