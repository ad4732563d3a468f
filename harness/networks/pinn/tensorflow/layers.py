"""Keras layers of the network: features of the encoder's input, the levels of the encoder, and a decoder."""

# mypy: allow-subclassing-any

from collections.abc import Sequence

import keras
import tensorflow as tf

from harness.networks.pinn.rules import Rules

Shape = tuple[int | None, ...]


def convolution(filters: int, name: str, dtype: str, activation: str | None = "relu") -> keras.layers.Conv2D:
    """Build a 3x3 'same' convolution; its kernel starts at zero, since all weights are loaded."""
    return keras.layers.Conv2D(
        filters, 3, padding="same", activation=activation, kernel_initializer="zeros", name=name, dtype=dtype
    )


class Chain(keras.layers.Layer):
    """A layer that applies a list of layers one after another."""

    def __init__(self, name: str, steps: Sequence[keras.layers.Layer], dtype: str) -> None:
        super().__init__(name=name, dtype=dtype)
        self.steps = list(steps)

    def build(self, input_shape: Shape) -> None:
        """Create the kernels for images of the given shape (S, H, W, channels)."""
        for step in self.steps:
            step.build(input_shape)
            input_shape = step.compute_output_shape(input_shape)

    def compute_output_shape(self, input_shape: Shape) -> Shape:
        """Return the shape of the last layer's output."""
        for step in self.steps:
            input_shape = step.compute_output_shape(input_shape)
        return input_shape

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Map images (S, H, W, channels) through every layer."""
        for step in self.steps:
            images = step(images)
        return images


def level(name: str, filters: int, resize: keras.layers.Layer, dtype: str) -> list[keras.layers.Layer]:
    """Make the layers of one level: two 3x3 convolutions with ReLU, then `resize`, which changes the image size."""
    return [convolution(filters, f"{name}.conv1", dtype), convolution(filters, f"{name}.conv2", dtype), resize]


def encoder(filters: Sequence[int], dtype: str) -> list[Chain]:
    """Make the levels of the encoder, each of which halves the image size."""

    def halved(name: str, count: int) -> Chain:
        pool = keras.layers.MaxPooling2D(2, name=f"{name}.pool", dtype=dtype)
        return Chain(name, level(name, count, pool, dtype), dtype)

    return [halved(f"encoder.{k}", count) for k, count in enumerate(filters)]


class Decoder(Chain):
    """Decoder: levels that double the image size each, then a convolution, the head, and its activation."""

    def __init__(self, name: str, filters: Sequence[int], channels: int, activation: str, dtype: str) -> None:
        steps: list[keras.layers.Layer] = []
        for k, count in enumerate(filters):
            up = keras.layers.UpSampling2D(2, interpolation="nearest", name=f"{name}.{k}.up", dtype=dtype)
            steps += level(f"{name}.{k}", count, up, dtype)
        super().__init__(name, [*steps, convolution(channels, f"{name}.head", dtype, activation=None)], dtype)
        self.activation = keras.layers.Activation(activation, name=f"{name}.activation", dtype=dtype)

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Map the deepest features (S, h, w, filters) to (S, channels, n, n)."""
        return self.activation(tf.transpose(super().call(images), (0, 3, 1, 2)))


class LogAutocorrelation(keras.layers.Layer):
    """Features of a pattern: log1p of its amplitude, and the autocorrelation of the exit wave."""

    def __init__(self, rules: Rules, dtype: str) -> None:
        super().__init__(dtype=dtype)
        self.rules = rules

    def call(self, patterns: tf.Tensor) -> tf.Tensor:
        """Map patterns (S, K, N, N) to (S, 2K, N, N): all logarithms, then all autocorrelations."""
        intensity = tf.signal.ifftshift(tf.square(patterns), axes=(-2, -1))
        waves = tf.signal.ifft2d(tf.complex(intensity, tf.zeros_like(intensity)))
        correlation = tf.signal.fftshift(tf.math.real(waves), axes=(-2, -1))
        gain = patterns.shape[-1] / self.rules.autocorrelation_divisor  # N: the inverse above carries 1/N^2, not 1/N
        return tf.concat([tf.math.log1p(patterns), gain * correlation], axis=1)
