"""The groups of each epoch and the order of the batches, the same for both backends."""

import numpy as np

from harness.dataset.grouping import draw_groups
from harness.errors import HarnessError
from harness.scenario.schema import GroupingSpec

Array = np.ndarray


def training_groups(x: Array, y: Array, spec: GroupingSpec, epochs: int) -> Array:
    """Groups (G, C) int64 of the training positions: with `regroup` those of each epoch in turn, else one set."""
    rng = np.random.default_rng(spec.seed)
    draws = epochs if spec.regroup else 1
    return np.concatenate(
        [draw_groups(x, y, spec.groups, spec.gridsize**2, spec.neighbor_count, rng) for _ in range(draws)]
    )


def test_groups(x: Array, y: Array, spec: GroupingSpec, limit: int) -> Array:
    """Groups (G, C) int64 of the test positions, at most `limit` of them."""
    rng = np.random.default_rng(spec.seed)
    return draw_groups(x, y, min(limit, len(x)), spec.gridsize**2, spec.neighbor_count, rng)


def batch_order(spec: GroupingSpec, epochs: int, batch_size: int, seed: int) -> Array:
    """Indices (steps, batch_size) int64 of training groups: each epoch takes all of its groups in random order.

    Raises `HarnessError` unless the groups of an epoch fill its batches.
    """
    if spec.groups % batch_size:
        raise HarnessError(
            f"grouping.groups {spec.groups} is not a multiple of training.batch_size {batch_size}; "
            "the last batch of an epoch would be incomplete."
        )
    rng = np.random.default_rng(seed)
    first = spec.groups * np.arange(epochs) if spec.regroup else np.zeros(epochs, dtype=np.int64)
    rows = [start + rng.permutation(spec.groups) for start in first]
    return np.concatenate(rows).reshape(-1, batch_size).astype(np.int64)
