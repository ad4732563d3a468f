"""The trajectory leg: some steps of training, from shared weights, on the same batches as the other side.

The backend's own training loop takes them, with its library's own optimiser, at the learning rate of the lock-step.
Fills `trajectory/`:

- `start_<precision>.npz`: every weight as the port held it before the first step;
- `first_<precision>.npz`: every weight after one step, and the optimiser's state (`<weight>.first_moment`, ...);
- `steps_<precision>.npz`: a sample (steps, n) of every weight after every step, and `loss` (steps,);
- `last_<precision>.npz`: every weight after the last step;
- `noise_<precision>.json`: how far trajectories from nudged weights, on batches in another order, are from the plain
  one: `first` for every tensor of the first step and `weights` for every weight, at the step where the distance is
  largest (one value a draw); `steps` for all weights together (draws, steps);
- `one_epoch.json`: of the same steps, float64, when they are one epoch in which nobody looks: the `loss` that the port
  reports, and how far each weight is from the watched ones at the end (`unwatched`).
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import count

import numpy as np

from harness import layout
from harness.arrays import Array, Precision, Weights, in_precision, nudged
from harness.dataset.grouped import GroupedData
from harness.dataset.truth import Truth
from harness.files import write_npz
from harness.networks import network as networks
from harness.ports.feed import batch_of
from harness.ports.protocol import SHARED_WEIGHTS, Batch, EpochReport, Port
from harness.records.noise import TrajectoryNoise
from harness.records.one_epoch import OneEpoch
from harness.run.job import Job
from harness.run.legs.common import (
    Progress,
    create,
    lacks,
    precisions,
    repeat_as_float64,
    setup_of,
    shared_start,
    truth_of,
)
from harness.run.legs.distances import distance_by_step, distances, largest_distance, sample
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
    truth: Truth | None = None

    def batch(self, step: int) -> Batch:
        """The batch of a step; after the last batch of the data, the first again."""
        rows = self.data.rows(step % len(self.data.batches))
        batch = batch_of(self.data, rows, self.intensity_scale, self.truth)
        return reordered(batch, self.draw)


@dataclass(frozen=True)
class Trajectory:
    """Weights and losses of one port over some steps of training."""

    start: Weights
    """Weights before the first step, as the port returned them."""
    first: Weights
    """Weights and the optimiser's state after one step."""
    steps: Weights
    """(steps, n) sampled values of every weight after each step."""
    last: Weights
    """Weights after the last step."""
    losses: Array
    """(steps,) loss of each batch before its step."""


def at_lockstep_rate(scenario: Scenario) -> Scenario:
    """The scenario with the learning rate of the lock-step."""
    return networks.named(scenario.network).with_learning_rate(scenario, scenario.lockstep.learning_rate)


def run(job: Job) -> None:
    """Record a trajectory in both precisions, in each again from nudged weights, and write `trajectory/`."""
    job = job.model_copy(update={"scenario": at_lockstep_rate(job.scenario)})
    draws, folder = job.scenario.lockstep.draws, job.output / layout.TRAJECTORY
    steps_of_each = job.scenario.lockstep.steps
    trainings = (draws + 1) * len(precisions(job)) + 1
    progress, done = Progress(job, steps_of_each * trainings, "step"), count(step=steps_of_each)
    scale = setup_of(job, "float32").intensity_scale
    batches = FirstBatches(
        GroupedData.load(job.dataset / layout.TRAIN), scale, job.scenario.lockstep.steps, truth=truth_of(job)
    )

    def record_trajectory(port: Port, start: Weights, draw: int = 0) -> Trajectory:
        trajectory = train_and_record(port, start, replace(batches, draw=draw))
        progress.report(next(done))
        return trajectory

    progress.report(next(done))
    for precision in precisions(job):
        port = create(job, precision, random_layers=False)
        if lacks(job, folder, port, (SHARED_WEIGHTS, "train", "optimiser_state")) & {SHARED_WEIGHTS, "train"}:
            return
        start = shared_start(job, port)
        trajectory = record_trajectory(port, start)
        write_npz(folder / layout.start(precision), **trajectory.start)
        write_npz(folder / layout.first(precision), **trajectory.first)
        steps = _in_precision(trajectory.steps, precision)
        write_npz(folder / layout.steps(precision), **steps, **{LOSS: trajectory.losses})
        write_npz(folder / layout.last(precision), **trajectory.last)
        others = (record_trajectory(port, nudged(start, draw, precision), draw) for draw in range(1, draws + 1))
        _noise(trajectory, others).write(folder / layout.noise(precision))
    repeat_as_float64(job, folder)
    loss = loss_of_one_epoch(port, start, batches)
    OneEpoch(loss=loss, unwatched=distances(trajectory.last, port.weights())).write(folder / layout.ONE_EPOCH)
    progress.report(next(done))


def train_and_record(port: Port, start: Weights, batches: FirstBatches) -> Trajectory:
    """Train from `start`, keeping a sample of the weights after every step."""
    samples: list[Weights] = []
    first: Weights = {}
    losses: list[float] = []

    def on_step(report: EpochReport) -> None:
        weights = port.weights()
        if not first:
            first.update(weights)
            if "optimiser_state" in port.capabilities:
                first.update(port.optimiser_state())
        samples.append(sample(weights))
        losses.append(report.metrics[LOSS])

    port.set_weights(start)
    loaded = port.weights()
    port.train(batches, on_step)
    steps = {name: np.stack([weights[name] for weights in samples]) for name in samples[0]}
    return Trajectory(loaded, first, steps, port.weights(), np.array(losses))


def loss_of_one_epoch(port: Port, start: Weights, batches: FirstBatches) -> float | None:
    """The loss that the port reports when all batches are one epoch; None where it reports none.

    The port is left as this training leaves it.
    """
    reported: list[float] = []
    port.set_weights(start)
    as_one = replace(batches, epochs=1, steps_per_epoch=batches.epochs)
    port.train(as_one, lambda report: reported.append(report.metrics[LOSS]))
    return float(reported[-1]) if reported else None


def _in_precision(steps: Weights, precision: Precision) -> Weights:
    """The sampled values in the precision that the port computed with: a smaller file without loss."""
    return {name: in_precision(value, precision) for name, value in steps.items()}


def _noise(plain: Trajectory, others: Iterable[Trajectory]) -> TrajectoryNoise:
    """Distances of the other trajectories, from nudged weights, to the plain one."""
    first: dict[str, list[float]] = {name: [] for name in plain.first}
    weights: dict[str, list[float]] = {name: [] for name in plain.steps}
    steps: list[list[float]] = []
    for again in others:
        for name, apart in distances(plain.first, again.first).items():
            first[name].append(apart)
        for name, own in plain.steps.items():
            weights[name].append(largest_distance(own, again.steps[name]))
        steps.append(distance_by_step(plain.steps, again.steps).tolist())
    return TrajectoryNoise(first=first, weights=weights, steps=steps)
