"""Grouping patterns whose scan positions are neighbours."""

import numpy as np
from scipy.spatial import cKDTree

from harness.errors import HarnessError

Array = np.ndarray


def draw_groups(x: Array, y: Array, count: int, members: int, neighbor_count: int, rng: np.random.Generator) -> Array:
    """Draw random groups of neighbouring positions.

    The first member of each group is drawn from all positions without replacement, the others are drawn, without
    replacement, from its nearest neighbours.

    Args:
        x: (M,) pixels.
        y: (M,) pixels.
        count: number of groups.
        members: number of positions in a group.
        neighbor_count: number of nearest neighbours of the first member to draw from.
        rng: source of the random numbers.

    Returns:
        (count, members) int64 indices of positions.

    Raises:
        HarnessError: too few positions for the groups, or for the neighbours of one.
    """
    available = len(x)
    if count > available:
        raise HarnessError(f"{count} groups need as many positions to start from, and there are {available}.")
    seeds = rng.permutation(available)[:count]
    if members == 1:
        return seeds[:, None].astype(np.int64)
    if neighbor_count + 1 < members:
        raise HarnessError(f"grouping.neighbor_count {neighbor_count} is too small for groups of {members} patterns.")
    if available < members:
        raise HarnessError(f"a group needs {members} positions, and there are {available}.")
    near = nearest(x, y, min(neighbor_count, available - 1))
    others = rng.permuted(near[seeds], axis=1)[:, : members - 1]
    return np.concatenate([seeds[:, None], others], axis=1).astype(np.int64)


def nearest(x: Array, y: Array, count: int) -> Array:
    """Indices (M, count) of the nearest neighbours of each position, without the position itself, nearest first."""
    positions = np.stack([x, y], axis=-1)
    _, found = cKDTree(positions).query(positions, k=count + 1)
    # Among equal positions the tree may return another one first, so a position is not always its own nearest.
    itself = found == np.arange(len(x))[:, None]
    itself[~itself.any(axis=1), -1] = True
    return np.asarray(found[~itself]).reshape(len(x), count)


def centre(x: Array, y: Array, groups: Array) -> tuple[Array, Array]:
    """Centres (G, 1, 2, 1) `[x, y]` of the groups and the offsets (G, 1, 2, C) relative to them.

    The relative offset of a position p in a group of centre g is `-(p - g)`.
    """
    positions = np.stack([x[groups], y[groups]], axis=1)[:, None]
    offsets = positions.mean(axis=-1, keepdims=True)
    return offsets, -(positions - offsets)
