"""The physics-informed network as one Keras model."""

# mypy: allow-subclassing-any

import math

import keras
import numpy as np
import tensorflow as tf

from harness.backends.network import encoder_channels, predicted_size
from harness.backends.protocol import Setup
from harness.backends.tensorflow.layers import Decoder, Encoder, LogAutocorrelation, Shape
from harness.backends.tensorflow.physics import Diffraction


class PatchNetwork(keras.layers.Layer):
    """From normalised patterns to complex object patches."""

    def __init__(self, setup: Setup) -> None:
        dtype, scenario = setup.precision, setup.scenario
        super().__init__(name="network", dtype=dtype)
        model = scenario.model
        self.size = scenario.dataset.N
        self.positions = scenario.grouping.gridsize**2
        self.channels = encoder_channels(scenario)
        self.features = LogAutocorrelation(dtype=dtype) if model.features == "log_autocorrelation" else None
        self.encoder = Encoder(model.encoder_filters, dtype)
        self.amplitude = Decoder("amplitude", model.decoder_filters, self.channels, dtype)
        self.phase = Decoder("phase", model.decoder_filters, self.channels, dtype)
        self.amplitude_limit = setup.object_amplitude * model.amplitude_limit
        self.margin = (self.size - predicted_size(scenario)) // 2
        self.border = model.border

    def build(self, input_shape: Shape) -> None:
        """Create all kernels; the sizes follow from the scenario."""
        features = self.channels if self.features is None else 2 * self.channels
        self.encoder.build((None, *input_shape[2:], features))
        for decoder in (self.amplitude, self.phase):
            decoder.build((None, None, None, self.encoder.levels[-1].conv2.filters))

    def call(self, patterns: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return the stages from `encoder.0` to `object_patches` of patterns (B, C, N, N).

        Encoder outputs are channels last, all others (B, C, n, n).
        """
        levels = self.encoder(self._fed(patterns))
        amplitude = self.amplitude_limit * tf.sigmoid(self._positions_first(self.amplitude(levels[-1])))
        phase = math.pi * tf.tanh(self._positions_first(self.phase(levels[-1])))
        central = tf.complex(amplitude * tf.cos(phase), amplitude * tf.sin(phase))
        return {f"encoder.{k}": level for k, level in enumerate(levels)} | {
            "amplitude_head": amplitude,
            "phase_head": phase,
            "object_patches": self._bordered(central),
        }

    def _fed(self, patterns: tf.Tensor) -> tf.Tensor:
        images = tf.reshape(patterns, (-1, self.channels, self.size, self.size))
        if self.features is not None:
            images = self.features(images)
        return tf.transpose(images, (0, 2, 3, 1))

    def _positions_first(self, images: tf.Tensor) -> tf.Tensor:
        side = images.shape[1]
        return tf.reshape(tf.transpose(images, (0, 3, 1, 2)), (-1, self.positions, side, side))

    def _bordered(self, central: tf.Tensor) -> tf.Tensor:
        if self.margin == 0:
            return central
        sides = [[0, 0], [0, 0], [self.margin] * 2, [self.margin] * 2]
        patches = tf.pad(central, sides)
        if self.border == "zeros":
            return patches
        outside = np.pad(np.zeros(central.shape[2:]), sides[2:], constant_values=1)
        return patches + tf.reduce_mean(central, axis=(2, 3), keepdims=True) * tf.constant(outside, central.dtype)


class PtychographyModel(keras.Model):
    """Network and physics: from the square root of the counts to predicted counts."""

    def __init__(self, setup: Setup) -> None:
        super().__init__(name="ptychography", dtype=setup.precision, autocast=False)
        self.network = PatchNetwork(setup)
        self.diffraction = Diffraction(setup)
        network = self.network
        self.build((None, network.positions, network.size, network.size), (None, network.positions, 2))

    def build(self, amplitude_shape: Shape, relative_shape: Shape) -> None:
        """Create all weights; the physics has none that depends on a shape."""
        self.network.build(amplitude_shape)
        self.diffraction.build(relative_shape)

    def patches(self, amplitude: tf.Tensor) -> tf.Tensor:
        """Predict object patches (B, C, N, N) from amplitudes (B, C, N, N)."""
        return self.network(self.diffraction.normalise(amplitude))["object_patches"]

    def call(self, amplitude: tf.Tensor, relative: tf.Tensor) -> dict[str, tf.Tensor]:
        """Return every named stage of amplitudes (B, C, N, N) at relative offsets (B, C, 2), and `power`."""
        patterns = self.diffraction.normalise(amplitude)
        predicted = self.network(patterns)
        return {"input": patterns, **predicted, **self.diffraction(predicted["object_patches"], relative)}
