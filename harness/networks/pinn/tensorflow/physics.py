"""The differentiable physics: merge, extraction, illumination, diffraction.

Images are (B, C, N, N) here, with pixels on the last two axes, where transforms and matrix products
work. Formulas: `docs/physics.md`.
"""

# mypy: allow-subclassing-any

import math

import keras
import numpy as np
import tensorflow as tf

from harness.networks.pinn.contract import merges, predicted_size
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import of
from harness.ports.protocol import Setup

COMPLEX = {"float32": "complex64", "float64": "complex128"}


def translation(outside: int, inside: int, shift: tf.Tensor) -> tf.Tensor:
    """Matrices (..., outside, inside) that move pixels by `shift` (...), with bilinear interpolation.

    The axes of `inside` and of `outside` pixels have the same centre:
    T[i, j] = max(0, 1 - |(i - outside // 2) - (j - inside // 2) - shift|).
    """
    rows = tf.range(outside, dtype=shift.dtype)[:, tf.newaxis] - outside // 2
    columns = tf.range(inside, dtype=shift.dtype) - inside // 2
    return tf.nn.relu(1 - tf.abs(rows - columns - shift[..., tf.newaxis, tf.newaxis]))


def accumulate(planes: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Move real images (planes, B, C, n, n) by matrices (B, C, N, n) and sum over C: (planes, B, N, N)."""
    return tf.einsum("bcyi,pbcij,bcxj->pbyx", rows, planes, columns)


def merge(patches: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor, support: tf.Tensor, epsilon: float) -> tf.Tensor:
    """Weighted mean (B, 1, padded, padded) of patches (B, C, N, N) that matrices (B, C, padded, N) move.

    The weight of a pixel is the product of `support` (N,) along both axes. `epsilon` is added to the summed weights.
    Each group is merged on its own.
    """
    rows, columns = rows * support, columns * support
    weight = tf.einsum("bcy,bcx->byx", tf.reduce_sum(rows, axis=-1), tf.reduce_sum(columns, axis=-1))
    real, imaginary = tf.unstack(accumulate(_planes(patches), rows, columns) / (weight + epsilon))
    return tf.complex(real, imaginary)[:, tf.newaxis]


def extract(merged: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
    """Cut patches (B, C, N, N) out of merged objects (B, 1, padded, padded) by the transposed matrices."""
    real, imaginary = tf.unstack(tf.einsum("bcyi,pbyx,bcxj->pbcij", rows, _planes(merged[:, 0]), columns))
    return tf.complex(real, imaginary)


def squared_modulus(values: tf.Tensor) -> tf.Tensor:
    """Squared modulus `|z|^2`, without computing a square root."""
    return tf.square(tf.math.real(values)) + tf.square(tf.math.imag(values))


def _planes(images: tf.Tensor) -> tf.Tensor:
    return tf.stack([tf.math.real(images), tf.math.imag(images)])


class Diffraction(keras.layers.Layer):
    """The stages of the physics; their only weight is the logarithm of the intensity scale."""

    def __init__(self, setup: Setup, rules: Rules) -> None:
        super().__init__(name="diffraction", dtype=setup.precision, autocast=False)
        scenario = of(setup.scenario)
        size = scenario.dataset.N
        self.rules = rules
        probe = setup.probe * circular_mask(size) if scenario.dataset.probe.mask else setup.probe
        self.probe = tf.constant(probe, COMPLEX[setup.precision])
        self.merges = merges(scenario)
        self.padded_size = setup.padded_size
        self.support = tf.constant(central_support(size, predicted_size(scenario)), setup.precision)
        trainable = scenario.model.scale_trainable
        self.log_scale = self.add_weight(name="log_scale", shape=(), initializer="zeros", trainable=trainable)

    def normalise(self, amplitude: tf.Tensor) -> tf.Tensor:
        """Divide the square root of the counts by the intensity scale, which gives the input of the network."""
        return amplitude / tf.exp(self.log_scale)

    def placement(self, relative: tf.Tensor) -> tuple[tf.Tensor, tf.Tensor]:
        """Matrices (B, C, padded, N), along y and along x, that move patches by -relative (B, C, 2) pixels."""
        matrices = translation(self.padded_size, self.probe.shape[-1], -relative)
        columns, rows = tf.unstack(tf.cast(matrices, self.compute_dtype), axis=2)
        return rows, columns

    def merge(self, patches: tf.Tensor, rows: tf.Tensor, columns: tf.Tensor) -> tf.Tensor:
        """Merge the predicted centres of patches (B, C, N, N) to objects (B, 1, padded, padded)."""
        return merge(patches, rows, columns, self.support, self.rules.merge_epsilon)


def diffract(exit_wave: tf.Tensor) -> tf.Tensor:
    """Return |F|^2 (B, C, N, N), centred, of exit waves of that shape; before the intensity scale."""
    pixels = math.prod(exit_wave.shape[-2:])
    return tf.signal.fftshift(squared_modulus(tf.signal.fft2d(exit_wave)), axes=(-2, -1)) / pixels


def circular_mask(size: int) -> np.ndarray:
    """Return (N, N) ones on the pixels whose distance from the middle of the grid is below N/4, zeros beyond."""
    squared = np.square(np.linspace(-(size - 1) / 2, (size - 1) / 2, size))
    inside = squared[:, np.newaxis] + squared[np.newaxis] < (size / 4) ** 2
    return inside.astype(np.float64)


def central_support(size: int, side: int) -> np.ndarray:
    """Return ones on the central `side` of `size` pixels of one axis, zeros beside it."""
    return np.pad(np.ones(side), (size - side) // 2)
