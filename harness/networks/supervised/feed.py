"""What the second network is fed, and what it is held against: the same arrays for both sides."""

import numpy as np

from harness.arrays import Array
from harness.errors import HarnessError
from harness.ports.protocol import Batch


def pattern(batch: Batch) -> Array:
    """(B, N, N, C): the logarithm of 1 + counts, over its largest value in the batch of patterns that it belongs to.

    The counts of a pattern span many orders of magnitude; a supervised network sees their logarithm.
    """
    logarithm = np.log1p(batch.amplitude**2)
    return logarithm / np.maximum(logarithm.max(axis=(1, 2), keepdims=True), 1e-12)


def target(batch: Batch) -> Array:
    """(B, N, N, 2 C): amplitude, then phase in radians, of the true patches; HarnessError where they are not known."""
    if batch.patches is None:
        raise HarnessError("the supervised network is trained on true patches, which only simulated data has.")
    return np.concatenate([np.abs(batch.patches), np.angle(batch.patches)], axis=-1)


def patches(output: Array) -> Array:
    """(B, N, N, C) complex patches from amplitude and phase (B, N, N, 2 C)."""
    amplitude, phase = np.split(output, 2, axis=-1)
    return amplitude * np.exp(1j * phase)
