"""The physics-informed network as one Keras model."""

# mypy: allow-subclassing-any

import math
from collections.abc import Callable, Mapping

import keras
import numpy as np
import tensorflow as tf

from harness.networks.pinn.contract import encoder_channels, predicted_size
from harness.networks.pinn.forward import Compute, ForwardPass, Stages
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import of
from harness.networks.pinn.tensorflow.layers import Decoder, LogAutocorrelation, Shape, encoder
from harness.networks.pinn.tensorflow.physics import Diffraction, diffract, extract
from harness.ports.protocol import Setup


class PatchNetwork(keras.layers.Layer):
    """From normalised patterns to complex object patches."""

    def __init__(self, setup: Setup, rules: Rules) -> None:
        dtype, scenario = setup.precision, of(setup.scenario)
        super().__init__(name="network", dtype=dtype)
        model = scenario.model
        self.size = scenario.dataset.N
        self.positions = scenario.grouping.gridsize**2
        self.channels = encoder_channels(scenario)
        self.features = LogAutocorrelation(rules, dtype=dtype) if model.features == "log_autocorrelation" else None
        self.encoder = encoder(model.encoder_filters, dtype)
        self.amplitude = Decoder("amplitude", model.decoder_filters, self.channels, "sigmoid", dtype)
        self.phase = Decoder("phase", model.decoder_filters, self.channels, "tanh", dtype)
        self.amplitude_limit = setup.object_amplitude * model.amplitude_limit
        self.margin = (self.size - predicted_size(scenario)) // 2
        self.border = model.border

    def build(self, input_shape: Shape) -> None:
        """Create all kernels; the sizes follow from the scenario."""
        features = self.channels if self.features is None else 2 * self.channels
        shape: Shape = (None, *input_shape[2:], features)
        for level in self.encoder:
            level.build(shape)
            shape = level.compute_output_shape(shape)
        for decoder in (self.amplitude, self.phase):
            decoder.build(shape)

    @property
    def steps(self) -> list[keras.layers.Layer]:
        """Return every layer of the network, in the order of the contract."""
        encoded = [step for level in self.encoder for step in level.steps]
        return encoded + [
            step for decoder in (self.amplitude, self.phase) for step in (*decoder.steps, decoder.activation)
        ]

    def encoder_features(self, patterns: tf.Tensor) -> tf.Tensor:
        """Compute the input of the encoder (S, N, N, features) from patterns (B, C, N, N)."""
        images = tf.reshape(patterns, (-1, self.channels, self.size, self.size))
        if self.features is not None:
            images = self.features(images)
        return tf.transpose(images, (0, 2, 3, 1))

    def amplitude_head(self, encoded: tf.Tensor) -> tf.Tensor:
        """Decode the deepest level to the amplitude (B, C, n, n)."""
        return self.amplitude_limit * self._by_group(self.amplitude(encoded))

    def phase_head(self, encoded: tf.Tensor) -> tf.Tensor:
        """Decode the deepest level to the phase (B, C, n, n), radians."""
        return math.pi * self._by_group(self.phase(encoded))

    def patches(self, amplitude: tf.Tensor, phase: tf.Tensor) -> tf.Tensor:
        """Combine amplitude and phase of the heads to complex patches (B, C, N, N)."""
        return self._bordered(tf.complex(amplitude * tf.cos(phase), amplitude * tf.sin(phase)))

    def _by_group(self, images: tf.Tensor) -> tf.Tensor:
        """Reshape images (S, channels, n, n) to (B, C, n, n)."""
        return tf.reshape(images, (-1, self.positions, *images.shape[2:]))

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

    def __init__(self, setup: Setup, rules: Rules) -> None:
        super().__init__(name="ptychography", dtype=setup.precision, autocast=False)
        self.network = PatchNetwork(setup, rules)
        self.diffraction = Diffraction(setup, rules)
        network = self.network
        self.build((None, network.positions, network.size, network.size), (None, network.positions, 2))
        self.stages_in_order = ForwardPass({**self._network_stages(), **self._physics_stages()})

    def build(self, amplitude_shape: Shape, relative_shape: Shape) -> None:
        """Create all weights; those of the physics do not depend on the shapes."""
        self.network.build(amplitude_shape)
        self.diffraction.build(relative_shape)

    def call(
        self,
        amplitude: tf.Tensor,
        relative: tf.Tensor,
        until: str | None = None,
        known: Mapping[str, tf.Tensor] | None = None,
    ) -> Stages:
        """Return the stages of amplitudes (B, C, N, N) at relative offsets (B, C, 2); see `ForwardPass`.

        Encoder outputs are channels last, all others (B, C, n, n).
        """
        return self.stages_in_order(amplitude, relative, until, known)

    def _network_stages(self) -> dict[str, Compute]:
        network, levels = self.network, self.network.encoder
        deepest = f"encoder.{len(levels) - 1}"

        def encode(number: int) -> Compute:
            before = f"encoder.{number - 1}" if number else "features"
            return lambda stages: levels[number](stages[before])

        return {
            "input": lambda stages: self.diffraction.normalise(stages["measured"]),
            "features": lambda stages: network.encoder_features(stages["input"]),
            **{f"encoder.{number}": encode(number) for number in range(len(levels))},
            "amplitude_head": lambda stages: network.amplitude_head(stages[deepest]),
            "phase_head": lambda stages: network.phase_head(stages[deepest]),
            "object_patches": lambda stages: network.patches(stages["amplitude_head"], stages["phase_head"]),
        }

    def _physics_stages(self) -> dict[str, Compute]:
        physics = self.diffraction
        return {
            **(self._overlap_stages() if physics.merges else self._unmerged_stages()),
            "probe": lambda _: physics.probe,
            "exit_wave": lambda stages: stages["object_extracted"] * stages["probe"],
            "power": lambda stages: diffract(stages["exit_wave"]),
            "diffraction_amplitude": lambda stages: tf.sqrt(stages["power"]),
            "intensity": lambda stages: stages["power"] * tf.exp(2 * physics.log_scale),
        }

    def written(self) -> dict[str, Callable[..., object]]:
        """The function that computes each stage: the port's own, or its line in this file."""
        network, physics = self.network, self.diffraction
        own: dict[str, Callable[..., object]] = {
            "input": physics.normalise,
            **{f"encoder.{number}": encoder for number in range(len(network.encoder))},
            "amplitude_head": network.amplitude_head,
            "phase_head": network.phase_head,
            "object_patches": network.patches,
            "diffraction_amplitude": diffract,
        }
        overlaps = {"object_merged": physics.merge, "object_extracted": extract} if physics.merges else {}
        return {**self.stages_in_order.table, **own, **overlaps}

    def _overlap_stages(self) -> dict[str, Compute]:
        physics = self.diffraction
        return {
            "placement": lambda stages: physics.placement(stages["relative"]),
            "object_merged": lambda stages: physics.merge(stages["object_patches"], *stages["placement"]),
            "object_extracted": lambda stages: extract(stages["object_merged"], *stages["placement"]),
        }

    def _unmerged_stages(self) -> dict[str, Compute]:
        return {
            "object_merged": lambda stages: stages["object_patches"],
            "object_extracted": lambda stages: stages["object_merged"],
        }
