"""Stitching patches on one canvas with the translations of the model, in float64."""

import numpy as np
import tensorflow as tf

from harness.arrays import Array
from harness.networks.pinn.tensorflow.physics import accumulate, translation

CHUNK = 64
"""Number of patches added at once, which limits the memory to 3 * CHUNK * M * size numbers."""


def stitch(patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
    """Weighted mean (size, size) complex128 of patches (K, M, M), and the summed weights (size, size).

    positions (K, 2) pixels [x, y] from the canvas centre, weight (M, M) >= 0. The mean is 0 where no patch
    lies; parts of patches outside of the canvas are lost.
    """
    total = tf.zeros((3, size, size), tf.float64)
    for start in range(0, len(patches), CHUNK):
        chunk = patches[start : start + CHUNK]
        planes = np.stack([chunk.real * weight, chunk.imag * weight, np.broadcast_to(weight, chunk.shape)])
        total += _placed(tf.constant(planes, tf.float64), tf.constant(positions[start : start + CHUNK]), size)
    real, imaginary, coverage = tf.unstack(total)
    mean = tf.complex(tf.math.divide_no_nan(real, coverage), tf.math.divide_no_nan(imaginary, coverage))
    return mean.numpy(), coverage.numpy()


def _placed(planes: tf.Tensor, positions: tf.Tensor, size: int) -> tf.Tensor:
    """Sum (planes, size, size) of real images (planes, K, M, M), moved to the positions (K, 2)."""
    columns, rows = tf.unstack(translation(size, planes.shape[-1], positions), axis=1)
    return accumulate(planes[:, tf.newaxis], rows[tf.newaxis], columns[tf.newaxis])[:, 0]
