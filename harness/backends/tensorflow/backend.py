"""The TensorFlow backend behind the harness's protocol."""

from collections.abc import Callable
from typing import Any

import tensorflow as tf

from harness.backends import network
from harness.backends.protocol import Array, Batch, BatchSource, EpochReport, Setup, Weights
from harness.backends.tensorflow import device, stitching, training, weights
from harness.backends.tensorflow.loss import Loss
from harness.backends.tensorflow.model import PtychographyModel


class TensorFlowBackend:
    """One model of one scenario; see `harness.backends.protocol.Backend`."""

    capabilities = frozenset({"stages", "losses", "train", "predict", "stitch"})

    def __init__(self, setup: Setup) -> None:
        """Build the model with its initial weights; HarnessError when the device is missing."""
        device.configure(setup.device, setup.scenario.training.seed)
        self._scenario = setup.scenario
        self._precision = setup.precision
        self._model = PtychographyModel(setup)
        self._loss = Loss(setup)
        self.stage_names = network.stage_names(setup.scenario)
        self.set_weights(network.initial_weights(setup.scenario, setup.intensity_scale))
        size, positions = setup.scenario.dataset.N, setup.scenario.grouping.gridsize**2
        amplitude = tf.TensorSpec((None, size, size, positions), tf.float64)
        relative = tf.TensorSpec((None, 1, 2, positions), tf.float64)
        self._compiled_stages = tf.function(self._stages, input_signature=[amplitude, relative], autograph=False)
        self._compiled_losses = tf.function(self._losses, input_signature=[amplitude, relative], autograph=False)
        self._compiled_patches = tf.function(self._patches, input_signature=[amplitude], autograph=False)

    def weights(self) -> Weights:
        """Every trainable array and `log_scale`, by canonical name, in canonical layout, float64."""
        return weights.read(self._model)

    def set_weights(self, values: Weights) -> None:
        """Load all weights; HarnessError for a missing or unknown name or another shape."""
        network.check_weights(values, self._scenario)
        weights.write(self._model, values)

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Forward pass of one batch: every named stage, contract layout, working precision."""
        stages = self._compiled_stages(batch.amplitude, batch.relative)
        return {name: stages[name].numpy() for name in self.stage_names}

    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms for one batch, as the optimiser sees them."""
        return {name: float(term) for name, term in self._compiled_losses(batch.amplitude, batch.relative).items()}

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train on the batches in their order; calls `report` after every epoch."""
        training.fit(self._model, self._losses, self._scenario.training, batches, report)

    def predict(self, batch: Batch) -> Array:
        """(B, N, N, C) complex: predicted object patches, before any merge."""
        patches: Array = self._compiled_patches(batch.amplitude).numpy()
        return patches

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Place patches (K, M, M) on a canvas, in float64 whatever the working precision."""
        return stitching.stitch(patches, positions, weight, size)

    def facts(self) -> dict[str, Any]:
        """Versions, device, threads, determinism, precision and number of parameters."""
        return {**device.facts(), "precision": self._precision, "parameters": self._model.count_params()}

    def _inputs(self, amplitude: tf.Tensor) -> tf.Tensor:
        return tf.transpose(tf.cast(amplitude, self._precision), (0, 3, 1, 2))

    def _forward(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        stages: dict[str, tf.Tensor] = self._model(self._inputs(amplitude), tf.transpose(relative[:, 0], (0, 2, 1)))
        return stages

    def _stages(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        stages = self._forward(amplitude, relative)
        return {name: stage if name.startswith("encoder.") else _channels_last(stage) for name, stage in stages.items()}

    def _losses(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        return self._loss(self._forward(amplitude, relative), self._inputs(amplitude))

    def _patches(self, amplitude: tf.Tensor) -> tf.Tensor:
        return _channels_last(self._model.patches(self._inputs(amplitude)))


def _channels_last(images: tf.Tensor) -> tf.Tensor:
    return tf.transpose(images, (0, 2, 3, 1))
