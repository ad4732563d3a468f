"""Layers of the network: what the encoder is fed, and one level of an encoder or decoder."""

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


class Level(keras.layers.Layer):
    """Two 3x3 convolutions with ReLU, then a change of size by two."""

    def __init__(self, name: str, filters: int, resize: keras.layers.Layer, dtype: str) -> None:
        super().__init__(name=name, dtype=dtype)
        self.conv1 = convolution(filters, f"{name}.conv1", dtype)
        self.conv2 = convolution(filters, f"{name}.conv2", dtype)
        self.resize = resize

    def build(self, input_shape: Shape) -> None:
        """Create the kernels for images of the given shape (S, H, W, channels)."""
        self.conv1.build(input_shape)
        self.conv2.build((*input_shape[:-1], self.conv1.filters))

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Map images (S, H, W, channels) to (S, H/2, W/2, filters) or (S, 2H, 2W, filters)."""
        return self.resize(self.conv2(self.conv1(images)))


def build_levels(levels: Sequence[Level], shape: Shape) -> Shape:
    """Build levels that follow each other; return what leaves the last one, its size left open."""
    for level in levels:
        level.build(shape)
        shape = (None, None, None, level.conv2.filters)
    return shape


def encoder(filters: Sequence[int], dtype: str) -> list[Level]:
    """Make levels that halve the size."""
    return [
        Level(f"encoder.{k}", count, keras.layers.MaxPooling2D(2, dtype=dtype), dtype)
        for k, count in enumerate(filters)
    ]


class Decoder(keras.layers.Layer):
    """Levels that double the size, then a linear head."""

    def __init__(self, name: str, filters: tuple[int, ...], channels: int, dtype: str) -> None:
        super().__init__(name=name, dtype=dtype)
        self.levels = [
            Level(f"{name}.{k}", count, keras.layers.UpSampling2D(2, interpolation="nearest", dtype=dtype), dtype)
            for k, count in enumerate(filters)
        ]
        self.head = convolution(channels, f"{name}.head", dtype, activation=None)

    def build(self, input_shape: Shape) -> None:
        """Create the kernels for features of the given shape (S, H, W, channels)."""
        self.head.build(build_levels(self.levels, input_shape))

    def call(self, images: tf.Tensor) -> tf.Tensor:
        """Map the deepest features (S, h, w, filters) to (S, n, n, channels), before any activation."""
        for level in self.levels:
            images = level(images)
        return self.head(images)


class LogAutocorrelation(keras.layers.Layer):
    """What a pattern says at once: log1p of the amplitude, and the autocorrelation of the exit wave."""

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
