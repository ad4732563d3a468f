"""Functions of TensorFlow's tensors for faults; `tensors_torch` has the same functions for PyTorch."""

from collections.abc import Callable
from typing import Any

import keras
import numpy as np
import tensorflow as tf

ENCODED_ROWS, ENCODED_CHANNELS = 1, 3
"""Axes of rows and of channels in the encoder's images inside this backend."""
conj = tf.math.conj
"""Complex conjugate."""
roll = tf.roll
"""Move elements along an axis; those that leave at one end come back at the other."""
transpose = tf.linalg.matrix_transpose
"""Rows and columns, the last two axes, swapped."""
stop_gradient = tf.stop_gradient
"""The same values, through which no gradient flows."""
complex_of = tf.complex
"""Complex numbers from their real and imaginary parts."""
sqrt = tf.sqrt
"""Square root."""


def flip(values: tf.Tensor, axis: int) -> tf.Tensor:
    """Elements of an axis in reverse order."""
    return tf.reverse(values, [axis])


def fftshift(values: tf.Tensor) -> tf.Tensor:
    """Halves of the last two axes swapped."""
    return tf.signal.fftshift(values, axes=(-2, -1))


def rounded(values: tf.Tensor) -> tf.Tensor:
    """Values rounded to single precision, in the type of the argument."""
    single = tf.complex64 if values.dtype.is_complex else tf.float32
    return tf.cast(tf.cast(values, single), values.dtype)


def joined(*parts: tf.Tensor) -> tf.Tensor:
    """Tensors joined along their first axis."""
    return tf.concat(parts, axis=0)


def noisy_gradient(values: tf.Tensor, size: float) -> tf.Tensor:
    """The same real values, whose gradient has noise of a relative size, drawn anew each time."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def same(given: tf.Tensor) -> tuple[tf.Tensor, Any]:
        return tf.identity(given), lambda slope: slope * (1 + size * tf.cast(_drawn(slope), slope.dtype))

    return same(values)


def _drawn(like: tf.Tensor) -> tf.Tensor:
    """Normal noise of the shape of a tensor, by NumPy: TensorFlow's own must be seeded to be repeatable."""
    return tf.numpy_function(lambda shape: np.random.default_rng().normal(size=shape), [tf.shape(like)], tf.float64)


def gradient_unless(values: tf.Tensor, stopped: Callable[[], bool]) -> tf.Tensor:
    """The same real values, through which no gradient flows while `stopped` says so."""

    @tf.custom_gradient  # type: ignore[untyped-decorator]
    def same(given: tf.Tensor) -> tuple[tf.Tensor, Any]:
        flows = tf.numpy_function(lambda: np.float64(not stopped()), [], tf.float64)
        return tf.identity(given), lambda slope: slope * tf.cast(flows, slope.dtype)

    return same(values)


def real(values: tf.Tensor) -> tf.Tensor:
    """The real part, as a complex number."""
    return tf.cast(tf.math.real(values), values.dtype)


def pixels(values: tf.Tensor) -> tf.Tensor:
    """Number of elements of a tensor."""
    return tf.cast(tf.size(values), tf.float64)


def share(values: tf.Tensor) -> tf.Tensor:
    """Share of the elements of a tensor of truth values that are true."""
    return tf.reduce_mean(tf.cast(values, tf.float64))


def mean(values: tf.Tensor, axis: int) -> tf.Tensor:
    """Mean along an axis, which is kept with length 1."""
    return tf.reduce_mean(values, axis=axis, keepdims=True)


def pad(values: tf.Tensor, margin: int) -> tf.Tensor:
    """Add `margin` zeros on every side of the last two axes."""
    return tf.pad(values, [[0, 0], [0, 0], [margin, margin], [margin, margin]])


@tf.custom_gradient  # type: ignore[untyped-decorator]
def with_conjugate_gradient(values: tf.Tensor) -> Any:
    """The same values, through which the conjugate of the gradient flows."""
    return tf.identity(values), tf.math.conj


def stirling(measured: tf.Tensor) -> tf.Tensor:
    """Stirling's approximation of the logarithm of the factorials of counts above 1, their roots given (B, C, N, N).

    Summed over the pixels of a pattern; the mean over the patterns.
    """
    counts = tf.cast(tf.square(measured), tf.float64)
    large = tf.maximum(counts, 1.0)
    terms = large * tf.math.log(large) - large + 0.5 * tf.math.log(2 * np.pi * large)
    return tf.reduce_mean(tf.reduce_sum(tf.where(counts > 1, terms, 0.0), axis=(2, 3)))


def constant(array: np.ndarray, like: tf.Tensor) -> tf.Tensor:
    """Convert a NumPy array to a tensor of the type of `like`."""
    return tf.constant(array, like.dtype)


def coverage(rows: tf.Tensor, columns: tf.Tensor, inner: slice) -> tf.Tensor:
    """Summed weights (B, 1, padded, padded) of patches with weight 1 on the pixels `inner` of both axes, else 0."""
    down, right = (tf.reduce_sum(matrices[..., inner], axis=-1) for matrices in (rows, columns))
    return tf.einsum("bcy,bcx->byx", down, right)[:, tf.newaxis]


def average_pooling() -> list[tuple[Any, str, Any]]:
    """Patches of the framework after which max pooling returns the mean of each 2x2 block."""
    return [(keras.layers, "MaxPooling2D", keras.layers.AveragePooling2D)]


def bilinear_upsampling() -> list[tuple[Any, str, Any]]:
    """Patches of the framework after which nearest-neighbour upsampling interpolates bilinearly."""
    original = keras.layers.UpSampling2D

    def layer(size: int, interpolation: str, **more: str) -> Any:
        assert interpolation == "nearest"
        return original(size, interpolation="bilinear", **more)

    return [(keras.layers, "UpSampling2D", layer)]


def softsign_for_tanh() -> list[tuple[Any, str, Any]]:
    """Patches of the framework after which a layer that is asked for tanh computes softsign."""
    original = keras.layers.Activation

    def layer(activation: str, **more: str) -> Any:
        return original("softsign" if activation == "tanh" else activation, **more)

    return [(keras.layers, "Activation", layer)]
