"""The trajectory leg: some steps of training, from shared weights, on the same batches as the other side.

The backend's own training loop takes them, with its library's own optimiser, at the learning rate of the lock-step.
Fills `trajectory/`:

- `start_<precision>.npz`: every weight as the port held it before the first step;
- `first_<precision>.npz`: every weight after one step, and the optimiser's state (`<weight>.first_moment`, ...);
- `steps_<precision>.npz`: a sample (steps, n) of every weight after every step, and `loss` (steps,);
- `last_<precision>.npz`: every weight after the last step;
- `noise_<precision>.json`: how far the trajectories of weights that were nudged by rounding, on batches in another
  order, are from the plain one: `first` for every tensor of the first step and `weights` for every weight, where it
  was farthest (a figure a draw); `steps` for all weights together (draws, steps).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from harness import layout
from harness.arrays import PRECISIONS, Array, Precision, Weights, nudged
from harness.dataset.grouped import GroupedData
from harness.files import write_npz
from harness.networks import network as networks
from harness.ports.feed import batch_of
from harness.ports.protocol import SHARED_WEIGHTS, Batch, EpochReport, Port
from harness.records.noise import TrajectoryNoise
from harness.run.job import Job
from harness.run.legs.common import Progress, create, lacks, setup_of, shared_start
from harness.run.legs.distances import distance_by_step, distances, farthest, sample
from harness.run.legs.lockstep import reordered
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

    start: Weights
    """Weights before the first step, as the port gave them."""
    first: Weights
    """Weights and state after one step."""
    steps: Weights
    """(steps, n) of every weight."""
    last: Weights
    losses: Array
    """(steps,) before each step."""


def at_its_own_rate(scenario: Scenario) -> Scenario:
    """The scenario with the learning rate of the lock-step."""
    return networks.named(scenario.network).at_rate(scenario, scenario.lockstep.learning_rate)


def run(job: Job) -> None:
    """Walk in both precisions, in each again from nudged weights."""
    job = job.model_copy(update={"scenario": at_its_own_rate(job.scenario)})
    draws, folder = job.scenario.lockstep.draws, job.output / layout.TRAJECTORY
    progress, done = Progress(job, (draws + 1) * len(PRECISIONS)), count()
    scale = setup_of(job, "float32").intensity_scale
    batches = FirstBatches(GroupedData.load(job.dataset / layout.TRAIN), scale, job.scenario.lockstep.steps)

    def walked(port: Port, start: Weights, draw: int = 0) -> Walk:
        walk = take(port, start, replace(batches, draw=draw))
        progress.tell(next(done))
        return walk

    progress.tell(next(done))
    for precision in PRECISIONS:
        port = create(job, precision)
        if lacks(job, folder, port, (SHARED_WEIGHTS, "train", "optimiser_state")) & {SHARED_WEIGHTS, "train"}:
            return
        start = shared_start(job, port)
        walk = walked(port, start)
        write_npz(folder / layout.start(precision), **walk.start)
        write_npz(folder / layout.first(precision), **walk.first)
        write_npz(folder / layout.steps(precision), **_kept(walk.steps, precision), **{LOSS: walk.losses})
        write_npz(folder / layout.last(precision), **walk.last)
        others = (walked(port, nudged(start, draw, precision), draw) for draw in range(1, draws + 1))
        _noise(walk, others).write(folder / layout.noise(precision))


def take(port: Port, start: Weights, batches: FirstBatches) -> Walk:
    """Train from `start`, looking at the weights after every step."""
    seen: list[Weights] = []
    first: Weights = {}
    losses: list[float] = []

    def look(report: EpochReport) -> None:
        weights = port.weights()
        if not first:
            first.update(weights)
            if "optimiser_state" in port.capabilities:
                first.update(port.optimiser_state())
        seen.append(sample(weights))
        losses.append(report.metrics[LOSS])

    port.set_weights(start)
    held = port.weights()
    port.train(batches, look)
    steps = {name: np.stack([weights[name] for weights in seen]) for name in seen[0]}
    return Walk(held, first, steps, port.weights(), np.array(losses))


def _kept(steps: Weights, precision: Precision) -> Weights:
    """Values of a float32 trajectory need no more than float32 holds."""
    return {name: value.astype(precision) for name, value in steps.items()}


def _noise(plain: Walk, others: Iterable[Walk]) -> TrajectoryNoise:
    """How far other walks are from the plain one."""
    first: dict[str, list[float]] = {name: [] for name in plain.first}
    weights: dict[str, list[float]] = {name: [] for name in plain.steps}
    steps: list[list[float]] = []
    for again in others:
        for name, far in distances(plain.first, again.first).items():
            first[name].append(far)
        for name, own in plain.steps.items():
            weights[name].append(farthest(own, again.steps[name]))
        steps.append(distance_by_step(plain.steps, again.steps).tolist())
    return TrajectoryNoise(first=first, weights=weights, steps=steps)
