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


def split_half(y: Array) -> Array:
    """Return a boolean `(M,)` mask: the half of the positions with the lowest `y` trains.

    The cut is by rank, so the halves differ by one at most; ties keep their order.
    """
    y = np.asarray(y, dtype=np.float64)
    train = np.zeros(y.shape, dtype=bool)
    train[np.argsort(y, kind="stable")[: round(0.5 * y.size)]] = True
    return train
