"""Stitching: patches placed by their positions on one canvas and divided by the coverage.

Positions (K, 2) are float64 pixels `[x, y]` relative to the canvas centre, index `size // 2`;
the centre of a patch of M pixels is index `M // 2`.
"""

import numpy as np

from harness.physics.translation import overlap, windows

Array = np.ndarray


def centred(x: Array, y: Array) -> tuple[Array, Array]:
    """Centre of mass (2,) `[x, y]` of the positions, and the positions (K, 2) relative to it."""
    positions = np.stack([np.ravel(x), np.ravel(y)], axis=-1).astype(np.float64)
    centre = positions.mean(axis=0)
    return centre, positions - centre


def required_size(N: int, offsets: Array) -> int:
    """Smallest canvas that holds every N x N patch: `N + 2 max(|dx|, |dy|)`, rounded up to the parity of N.

    Of the positions relative to the canvas centre for stitching; of all relative offsets for merging (`padded_size`).
    """
    return N + 2 * int(np.ceil(np.abs(offsets).max(initial=0.0)))


def place(patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
    """Weighted mean (size, size) of patches (K, M, M), 0 where nothing was placed, and the coverage (size, size).

    `weight` (M, M) >= 0; placing is bilinear; what falls beyond the canvas is lost.
    """
    coverage = accumulate(np.broadcast_to(weight, patches.shape), positions, size)
    total = accumulate(weight * patches, positions, size)
    return np.divide(total, coverage, out=np.zeros_like(total), where=coverage > 0), coverage


def accumulate(patches: Array, positions: Array, size: int) -> Array:
    """Sum (size, size) of patches (K, M, M) placed at their positions: the adjoint of cutting them out."""
    side = patches.shape[-1]
    left, along_x = windows(positions[:, 0] + size // 2, side)
    top, along_y = windows(positions[:, 1] + size // 2, side)
    total = np.zeros((size, size), dtype=np.result_type(patches, np.float64))
    for k, patch in enumerate(along_y @ patches @ np.swapaxes(along_x, -1, -2)):
        rows, inside_rows = overlap(top[k], side + 1, size)
        columns, inside_columns = overlap(left[k], side + 1, size)
        total[rows, columns] += patch[inside_rows, inside_columns]
    return total


def loss_fraction(positions: Array, side: int, size: int) -> float:
    """Share of what is placed that falls beyond a canvas of `size`: 0 when every patch fits.

    1 - (sum placed on this canvas) / (sum placed on one that is large enough), on patches of `side` x `side` ones.
    """
    ones = np.ones((len(positions), side, side))
    whole = accumulate(ones, positions, max(size, required_size(side, positions) + 2)).sum()
    return float(max(0.0, 1.0 - accumulate(ones, positions, size).sum() / whole))
