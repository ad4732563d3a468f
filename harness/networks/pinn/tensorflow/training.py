"""The training loop: the step is compiled once, and its metrics are read once in an epoch."""

from collections.abc import Callable

import tensorflow as tf

from harness.arrays import Array
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import OptimiserSpec
from harness.networks.pinn.tensorflow.model import PtychographyModel
from harness.networks.pinn.tensorflow.optimizer import Adam
from harness.ports.protocol import BatchSource, EpochReport

Losses = Callable[[tf.Tensor, tf.Tensor], dict[str, tf.Tensor]]
"""Function of amplitude (B, N, N, C) and relative (B, 1, 2, C), float64, that returns `loss` and its terms."""

Step = Callable[[Array, Array], dict[str, tf.Tensor]]
"""Compiled update of the weights: takes the arrays of a batch, returns `loss` and its terms before the update."""


class Training:
    """The compiled step and its optimiser, for trainings of one length on batches of one shape."""

    def __init__(
        self,
        model: PtychographyModel,
        losses: Losses,
        optimiser: OptimiserSpec,
        batches: BatchSource,
        rules: Rules,
    ) -> None:
        self.model, self.settings, self.rules = model, optimiser, rules
        self.of = _kind(batches)
        self.optimizer = Adam(optimiser, self.steps, model.compute_dtype, rules)
        self._step = compiled_step(model, losses, self.optimizer)

    @property
    def steps(self) -> int:
        """Optimiser steps of the whole training."""
        return self.of[0]

    def accepts(self, batches: BatchSource) -> bool:
        """Whether the compiled step can be used for these batches: same number of steps and shape."""
        return self.of == _kind(batches)

    def fit(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train every trainable weight on the batches in their order, with a fresh state of the optimiser."""
        for variable in self.optimizer.variables:
            variable.assign(tf.zeros_like(variable))
        self.go_on(batches, report, 0)

    def go_on(self, batches: BatchSource, report: Callable[[EpochReport], None], first: int) -> None:
        """Train from step `first` on, which is the first of an epoch, with the state that the optimiser has."""
        for epoch in range(first // batches.steps_per_epoch, batches.epochs):
            begin, end = epoch * batches.steps_per_epoch, (epoch + 1) * batches.steps_per_epoch
            history = [self._step(batch.amplitude, batch.relative) for batch in map(batches.batch, range(begin, end))]
            metrics = {name: float(tf.reduce_mean([terms[name] for terms in history])) for name in history[0]}
            metrics["intensity_scale"] = float(tf.exp(self.model.diffraction.log_scale))
            metrics["learning_rate"] = self.rules.learning_rate(self.settings, end - 1, self.steps)
            report(EpochReport(epoch, end, metrics))


def _kind(batches: BatchSource) -> tuple[int, tuple[int, ...]]:
    """Number of steps and shape of a batch."""
    return batches.epochs * batches.steps_per_epoch, batches.batch(0).amplitude.shape


def compiled_step(model: PtychographyModel, losses: Losses, optimizer: Adam) -> Step:
    """Compile an update: once for whole batches, and once more for a last one with fewer samples."""
    weights = model.trainable_variables
    optimizer.build(weights)

    def step(amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        with tf.GradientTape() as tape:
            terms = losses(amplitude, relative)
        optimizer.apply(tape.gradient(terms["loss"], weights), weights)
        return terms

    compiled: Step = tf.function(step, autograph=False)
    return compiled
