"""Scan positions: float64 pixel coordinates of patch centres on the object grid.

A patch of `N` pixels centred at `(x, y)` covers the rows `y - N/2 ... y + N/2 - 1`,
and the columns likewise: its centre is the element of index `N/2`.
"""

import numpy as np

Array = np.ndarray


def random_positions(
    object_shape: tuple[int, int], N: int, count: int, buffer: float, seed: int
) -> tuple[Array, Array]:
    """Return `(x, y)`, two `(count,)` float64 arrays, uniform over the object.

    Every patch stays `buffer` pixels inside an object of `(H, W)` pixels.
    """
    height, width = object_shape
    margin = N / 2.0 + buffer
    if min(height, width) <= 2.0 * margin:
        raise ValueError(
            f"an object of {height} x {width} pixels has no room for patches of {N} with a buffer of {buffer}"
        )
    rng = np.random.default_rng(seed)
    x = rng.uniform(margin, width - 1 - margin, count)
    y = rng.uniform(margin, height - 1 - margin, count)
    return x, y


def split_half(x: Array, y: Array) -> Array:
    """Return a boolean `(M,)` mask: the half of the positions `(x, y)` with the lowest `y` trains.

    Positions are sorted by `y`, equal ones in their order. Patterns at one position (a point that was exposed twice)
    stay on the same side, so the training may get more than half of them. The position with the highest `y` is always
    a test position, unless there is no other.
    """
    points, first, point, exposures = np.unique(
        np.stack([y, x], axis=1), axis=0, return_index=True, return_inverse=True, return_counts=True
    )
    order = np.lexsort((first, points[:, 0]))
    patterns_so_far = np.cumsum(exposures[order])
    last = np.searchsorted(patterns_so_far, round(0.5 * len(y)))
    training_points = order[: max(1, min(int(last) + 1, len(points) - 1))]
    return np.isin(point.reshape(-1), training_points)
