"""Faults of the training: Adam, learning-rate schedule, order of the batches, saved weights."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from harness import layout
from harness.arrays import Weights
from harness.faults.catalogue import ANY, fault
from harness.faults.edit import ChangedBatches, halved, in_npz, with_amplitude
from harness.faults.faulty_port import FaultyPort, RuleChange
from harness.files import read_npz
from harness.ports.protocol import Batch, BatchSource

Schedule = Callable[[Any, int, int], float]
"""Function of the section `optimiser`, a step (from 0) and the number of steps, that returns the learning rate."""


@dataclass
class DrawnBatches:
    """A source of batches that takes those of another source in another order, or fewer of them."""

    batches: BatchSource
    epochs: int
    steps_per_epoch: int
    order: Callable[[int], int]

    def batch(self, step: int) -> Batch:
        """Return the batch of a step, counted from 0."""
        return self.batches.batch(self.order(step))


def reordered(order: Callable[[int, int], int]) -> Callable[[BatchSource], BatchSource]:
    """Make a change of the order of batches; `order` maps a step and the number of steps to the step of the batch."""

    def draw(batches: BatchSource) -> BatchSource:
        steps = batches.epochs * batches.steps_per_epoch
        return DrawnBatches(batches, batches.epochs, batches.steps_per_epoch, lambda step: order(step, steps))

    return draw


def at_step(other: Callable[[Any, int], int]) -> RuleChange:
    """Make a change of the schedule; `other` maps the section `optimiser` and a step to the step of the rate."""
    return lambda rate, _: lambda optimiser, step, steps: rate(optimiser, other(optimiser, step), steps)


@fault("training.epsilon", rung="step", size=9.0, unit="relative excess over the contract's 1e-8", quick=True)
def epsilon(port: FaultyPort) -> None:
    """Adam's epsilon is another library's default."""
    port.rule("adam_epsilon", lambda value, _: value * (1 + port.size))


@fault("training.epsilon-inside", rung="step")
def epsilon_inside(port: FaultyPort) -> None:
    """Adam's epsilon stands inside the root: its root counts, 1e-4."""
    port.rule("adam_epsilon", lambda value, _: math.sqrt(value))


@fault("training.betas", rung="step")
def betas(port: FaultyPort) -> None:
    """The decay rates of Adam's moments are the library's defaults."""
    port.rule("adam_betas", lambda *_: (0.9, 0.999))


@fault("training.bias-correction", rung="trajectory")
def bias_correction(port: FaultyPort) -> None:
    """Adam's moments are not corrected for their bias."""
    # The first step does not change: with the contract's decay rates the two bias corrections cancel in it.

    def uncorrected(schedule: Schedule, rules: Any) -> Schedule:
        def rate(optimiser: Any, step: int, steps: int) -> float:
            first, second = (1 - beta ** (step + 1) for beta in rules.adam_betas)
            return schedule(optimiser, step, steps) * first / math.sqrt(second)

        return rate

    port.rule("learning_rate", uncorrected)


@fault("training.schedule", rung="step")
def schedule(port: FaultyPort) -> None:
    """The learning rate is constant on one side."""
    port.rule("learning_rate", at_step(lambda optimiser, _: optimiser.warmup_steps))


@fault("training.schedule-late", rung="step")
def schedule_late(port: FaultyPort) -> None:
    """The schedule begins with its second step."""
    port.rule("learning_rate", at_step(lambda _, step: step + 1))


@fault("training.no-decay", rung="trajectory")
def no_decay(port: FaultyPort) -> None:
    """The learning rate rises but does not fall again."""
    port.rule("learning_rate", at_step(lambda optimiser, step: min(step, optimiser.warmup_steps)))


@fault("training.rate", rung="step", size=0.01, unit="relative excess of the rate")
def rate(port: FaultyPort) -> None:
    """The learning rate is off."""
    port.rule("learning_rate", lambda rate, _: lambda *given: (1 + port.size) * rate(*given))


@fault("training.shuffled", rung="step", network=ANY, quick=True)
def shuffled(port: FaultyPort) -> None:
    """The batches come in another order."""
    port.batches(reordered(lambda step, steps: (step + 1) % steps))


@fault("training.shuffled-later", rung="trajectory", network=ANY)
def shuffled_later(port: FaultyPort) -> None:
    """The first batch is the same, those after it come in another order."""
    port.batches(reordered(lambda step, steps: (2 * step) % steps))


@fault("training.last-batch-dropped", rung="trajectory", network=ANY, quick=True)
def last_batch_dropped(port: FaultyPort) -> None:
    """The last batch of every epoch is dropped."""

    def dropped(batches: BatchSource) -> BatchSource:
        kept = max(1, batches.steps_per_epoch - 1)
        return DrawnBatches(
            batches, batches.epochs, kept, lambda step: step // kept * batches.steps_per_epoch + step % kept
        )

    port.batches(dropped)


@fault("training.partial-filled", rung="trajectory", network=ANY)
def partial_filled(port: FaultyPort) -> None:
    """A last batch with fewer samples is filled up with its first one."""

    def filled(batches: BatchSource) -> BatchSource:
        whole = len(batches.batch(0).amplitude)
        return ChangedBatches(batches, lambda batch: _filled(batch, whole))

    port.batches(filled)


@fault("training.partial-divisor", rung="trajectory")
def partial_divisor(port: FaultyPort) -> None:
    """The likelihood of a last batch with fewer samples is divided by the size of a whole one."""
    whole = [0]

    def note(batches: BatchSource) -> BatchSource:
        whole[0] = len(batches.batch(0).amplitude)
        return batches

    def divided(term: Any) -> Any:
        return lambda stages, *more: (
            term(stages, *more) * (int(stages["intensity"].shape[0]) / whole[0] if whole[0] else 1)
        )

    port.batches(note)
    port.loss_term("poisson", divided)


def _filled(batch: Batch, size: int) -> Batch:
    lacking = size - len(batch.amplitude)
    arrays = (batch.amplitude, batch.relative, batch.patches)
    return Batch(
        *(None if array is None else np.concatenate([array, *[array[:1]] * lacking]) for array in arrays)  # type: ignore[arg-type]
    )


@fault("training.last-gradient", rung="trajectory")
def last_gradient(port: FaultyPort) -> None:
    """In the last batch of an epoch of several batches no gradient flows back from the head of the phase."""
    is_last = [False]

    def note(batches: BatchSource) -> BatchSource:
        an_epoch = batches.steps_per_epoch

        def same(step: int) -> int:
            is_last[0] = an_epoch > 1 and step % an_epoch == an_epoch - 1
            return step

        return DrawnBatches(batches, batches.epochs, an_epoch, same)

    port.batches(note)
    port.stage("phase_head", lambda value, _: port.tensors.gradient_unless(value, lambda: is_last[0]))


@fault("training.early-stopping", rung="trajectory", network=ANY)
def early_stopping(port: FaultyPort) -> None:
    """The training ends before its last epoch."""
    port.batches(lambda batches: DrawnBatches(batches, batches.epochs - 1, batches.steps_per_epoch, lambda step: step))


@fault("training.test-data", rung="dataset", network=ANY)
def test_data(port: FaultyPort) -> None:
    """The test data is trained on."""

    def mix(folder: Path) -> None:
        test = read_npz(folder / layout.TEST)["X"]
        in_npz(folder / layout.TRAIN, X=lambda X: np.resize(test, X.shape))

    port.dataset(mix)


@fault("training.layer-frozen", rung="step")
def layer_frozen(port: FaultyPort) -> None:
    """A layer has gradients, but its weights are put back after every step."""
    start: Weights = {}
    port.weights_in(lambda weights: start.update(weights) or weights)
    port.after_epoch(lambda weights: {**weights, "encoder.0.conv1.kernel": start["encoder.0.conv1.kernel"]})


@fault(
    "training.weight-decay", rung="step", network=ANY, size=1e-4, unit="share of every weight that is lost at a step"
)
def weight_decay(port: FaultyPort) -> None:
    """Weights decay at every step."""
    port.after_epoch(lambda weights: {name: value * (1 - port.size) for name, value in weights.items()})


@fault("training.untrained-saved", rung="patches", network=ANY)
def untrained_saved(port: FaultyPort) -> None:
    """The weights from before the training are saved."""
    if port.leg != "train":
        return
    start: Weights = {}
    port.weights_in(lambda weights: start.update(weights) or weights)
    port.weights_out(lambda _: dict(start))


@fault("training.earlier-epoch-saved", rung="patches", network=ANY)
def earlier_epoch_saved(port: FaultyPort) -> None:
    """The weights of the first epoch are saved."""
    if port.leg != "train":
        return
    kept: Weights = {}

    def keep(weights: Weights) -> Weights:
        if not kept:
            kept.update(weights)
        return weights

    port.after_epoch(keep)
    port.weights_out(lambda weights: dict(kept) or weights)


@fault("training.loaded-half", rung="patches", network=ANY)
def loaded_half(port: FaultyPort) -> None:
    """Inference computes with the trained weights in half precision."""
    if port.leg == "infer":
        port.weights_in(halved)


@fault("training.half-precision", rung="telemetry", network=ANY)
def half_precision(port: FaultyPort) -> None:
    """The real training, and it alone, is fed in half precision."""
    if port.leg == "train":
        port.batch(with_amplitude(lambda amplitude: amplitude.astype(np.float16).astype(np.float64)))


@fault("training.order-later", rung="trajectory", network=ANY, size=12, unit="steps that come in their order")
def order_later(port: FaultyPort) -> None:
    """From some step on, the batches come in another order."""
    port.batches(reordered(lambda step, steps: step if step < port.size else steps - 1 + int(port.size) - step))


@fault("training.rate-later", rung="trajectory", size=11, unit="steps at the right rate")
def rate_later(port: FaultyPort) -> None:
    """From some step on, the learning rate is a tenth too large."""

    def larger(rate: Schedule, _: Any) -> Schedule:
        return lambda optimiser, step, steps: rate(optimiser, step, steps) * (1.1 if step >= port.size else 1)

    port.rule("learning_rate", larger)


@fault("training.schedule-by-epoch", rung="trajectory")
def schedule_by_epoch(port: FaultyPort) -> None:
    """The schedule goes on once an epoch, and not at every step."""
    an_epoch = [1]

    def note(batches: BatchSource) -> BatchSource:
        an_epoch[0] = batches.steps_per_epoch
        return batches

    port.batches(note)
    port.rule("learning_rate", at_step(lambda _, step: step - step % an_epoch[0]))


@fault("training.reading-rounds", rung="trajectory", network=ANY, quick=True)
def reading_rounds(port: FaultyPort) -> None:
    """Reading the state of the optimiser leaves the weights in half precision."""
    port.after_state(halved)


@fault("training.metrics-nan", rung="telemetry", network=ANY)
def metrics_nan(port: FaultyPort) -> None:
    """The loss of the last epoch is not finite."""
    if port.leg == "train":
        port.metrics(lambda metrics: {**metrics, "loss": math.nan})


@fault("training.rate-not-told", rung="telemetry", network=ANY)
def rate_not_told(port: FaultyPort) -> None:
    """Another learning rate is reported than asked for."""
    port.metrics(lambda metrics: {**metrics, "learning_rate": 1.01 * metrics["learning_rate"]})
