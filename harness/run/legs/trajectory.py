"""The trajectory leg: some steps of training, from shared weights, on the same batches as the other side.

The backend's own training loop takes them, with its library's own optimiser, at the learning rate of the lock-step.
Fills `trajectory/`:

- `first_<precision>.npz`: every weight after one step, and the optimiser's state (`<weight>.first_moment`, ...);
- `steps_<precision>.npz`: a sample (steps, n) of every weight after every step, and `loss` (steps,);
- `last_<precision>.npz`: every weight after the last step;
- `noise.json`: how far the float32 trajectories of weights that were nudged by rounding, on batches in another order,
  are from the plain one: `first` for every tensor of the first step (a figure a draw), `steps` for all weights
  together (draws, steps).
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from harness.backends.feed import batch_of
from harness.backends.network import initial_weights
from harness.backends.protocol import Array, Backend, Batch, EpochReport, Precision, Weights
from harness.dataset.grouped import GroupedData
from harness.files import write_json, write_npz
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of
from harness.run.legs.distances import distance_by_step, distances, sample
from harness.run.legs.lockstep import NOISY, PRECISIONS, nudged, reordered
from harness.scenario.schema import Scenario

LOSS = "loss"


@dataclass
class FirstBatches:
    """The first batches of the training, each an epoch of its own, so that every step is reported."""

    data: GroupedData
    intensity_scale: float
    epochs: int
    steps_per_epoch: int = 1
    draw: int = 0
    """Of a noise draw: its number, which says in what order the samples of each batch stand."""

    def batch(self, step: int) -> Batch:
        """The batch of a step; after the last batch of the data, the first again."""
        batch = batch_of(self.data, self.data.batches[step % len(self.data.batches)], self.intensity_scale)
        return reordered(batch, self.draw)


@dataclass(frozen=True)
class Walk:
    """One trajectory."""

    first: Weights
    """Weights and state after one step."""
    steps: Weights
    """(steps, n) of every weight."""
    last: Weights
    losses: Array
    """(steps,) before each step."""


def at_its_own_rate(scenario: Scenario) -> Scenario:
    """The scenario with the learning rate of the lock-step."""
    rate = {"learning_rate": scenario.lockstep.learning_rate}
    return scenario.model_copy(update={"training": scenario.training.model_copy(update=rate)})


def run(job: Job) -> None:
    """Walk in both precisions, then in float32 again from nudged weights."""
    job = replace(job, scenario=at_its_own_rate(job.scenario))
    progress, folder = Progress(job, job.scenario.lockstep.draws + len(PRECISIONS)), job.output / "trajectory"
    scale = setup_of(job, "float32").intensity_scale
    batches = FirstBatches(GroupedData.load(job.dataset / "train.npz"), scale, job.scenario.lockstep.steps)
    start = initial_weights(job.scenario, scale)
    for done, precision in enumerate(PRECISIONS):
        progress.tell(done)
        backend = create(job, precision)
        if lacks(job, folder, backend, ("train", "optimiser_state")) >= {"train"}:
            return
        walk = take(backend, start, batches)
        write_npz(folder / f"first_{precision}.npz", **walk.first)
        write_npz(folder / f"steps_{precision}.npz", **_kept(walk.steps, precision), **{LOSS: walk.losses})
        write_npz(folder / f"last_{precision}.npz", **walk.last)
        if precision == NOISY:
            write_json(folder / "noise.json", _noise(job, backend, walk, batches, scale, progress))
    progress.tell(len(PRECISIONS))


def take(backend: Backend, start: Weights, batches: FirstBatches) -> Walk:
    """Train from `start`, looking at the weights after every step."""
    seen: list[Weights] = []
    first: Weights = {}
    losses: list[float] = []

    def look(report: EpochReport) -> None:
        weights = backend.weights()
        if not first:
            first.update(weights)
            if "optimiser_state" in backend.capabilities:
                first.update(backend.optimiser_state())
        seen.append(sample(weights))
        losses.append(report.metrics[LOSS])

    backend.set_weights(start)
    backend.train(batches, look)
    steps = {name: np.stack([weights[name] for weights in seen]) for name in seen[0]}
    return Walk(first, steps, backend.weights(), np.array(losses))


def _kept(steps: Weights, precision: Precision) -> Weights:
    """Values of a float32 trajectory need no more than float32 holds."""
    return {name: value.astype(precision) for name, value in steps.items()}


def _noise(
    job: Job, backend: Backend, plain: Walk, batches: FirstBatches, scale: float, progress: Progress
) -> dict[str, Any]:
    first: dict[str, list[float]] = {name: [] for name in plain.first}
    steps: list[list[float]] = []
    for draw in range(1, job.scenario.lockstep.draws + 1):
        progress.tell(draw)
        walk = take(backend, initial_weights(nudged(job.scenario, draw), scale), replace(batches, draw=draw))
        for name, far in distances(plain.first, walk.first).items():
            first[name].append(far)
        steps.append(distance_by_step(plain.steps, walk.steps).tolist())
    return {"first": first, "steps": steps}
