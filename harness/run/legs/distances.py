"""Distances between two sets of named tensors: weights, their gradients, or the optimiser's state."""

from collections.abc import Mapping
from functools import cache

import numpy as np

from harness.arrays import Array, Weights, widened

SAMPLE = 512
"""Values of each tensor that are kept at every step of a trajectory; after its first and last step all are."""


def sample(weights: Mapping[str, Array]) -> Weights:
    """Up to `SAMPLE` values (n,) of every tensor, evenly spread over its flattened elements."""
    return {name: np.ravel(value)[_sample_indices(np.size(value))] for name, value in weights.items()}


@cache
def _sample_indices(size: int) -> Array:
    return np.unique(np.linspace(0, size - 1, min(size, SAMPLE)).astype(int))


def distance(own: Array, other: Array) -> float:
    """Norm of the difference of two tensors over the mean of their norms, float64.

    Symmetric; 0 for two tensors of zeros; not finite where a tensor is not.
    """
    a, b = widened(own), widened(other)
    largest = (np.linalg.norm(a) + np.linalg.norm(b)) / 2
    return float(np.linalg.norm(a - b) / largest) if largest != 0 else 0.0


def distances(own: Mapping[str, Array], other: Mapping[str, Array]) -> dict[str, float]:
    """`distance` of every tensor that both have."""
    return {name: distance(value, other[name]) for name, value in own.items() if name in other}


def largest_distance(own: Array, other: Array) -> float:
    """Largest `distance` of one tensor (steps, n) over the steps."""
    return max(distance(a, b) for a, b in zip(own, other, strict=True))


def distance_by_step(own: Mapping[str, Array], other: Mapping[str, Array]) -> Array:
    """`distance` (steps,) of all tensors (steps, n) together, at every step."""
    a, b = (widened(np.concatenate([side[name] for name in sorted(own)], axis=1)) for side in (own, other))
    size = (np.linalg.norm(a, axis=1) + np.linalg.norm(b, axis=1)) / 2
    difference: Array = np.linalg.norm(a - b, axis=1) / np.where(size == 0, 1, size)
    return difference
