"""The groups of each epoch and the order of the batches, the same for both backends."""

import numpy as np

from harness.dataset.grouped import NOTHING
from harness.dataset.grouping import draw_groups
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

    Where they do not fill its last batch, that ends with `NOTHING`.
    """
    rng = np.random.default_rng(seed)
    first = spec.groups * np.arange(epochs) if spec.regroup else np.zeros(epochs, dtype=np.int64)
    lacking = -spec.groups % batch_size
    rows = [np.pad(start + rng.permutation(spec.groups), (0, lacking), constant_values=NOTHING) for start in first]
    return np.concatenate(rows).reshape(-1, batch_size).astype(np.int64)
