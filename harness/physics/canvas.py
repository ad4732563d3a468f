"""Stitching: patches are added up on one canvas at their positions, and the sum is divided by the coverage.

Positions (K, 2) are float64 pixels `[x, y]` relative to the canvas centre, index `size // 2`;
the centre of a patch of M pixels is index `M // 2`.
"""

import numpy as np

from harness.physics.translation import overlap, windows

Array = np.ndarray


def centred(x: Array, y: Array) -> tuple[Array, Array]:
    """Centre of mass (2,) `[x, y]` of the positions `x`, `y` (K,), and the positions (K, 2) relative to it."""
    positions = np.stack([np.ravel(x), np.ravel(y)], axis=-1).astype(np.float64)
    centre = positions.mean(axis=0)
    return centre, positions - centre


def required_size(N: int, offsets: Array) -> int:
    """Side in pixels of the smallest canvas that holds every N x N patch.

    It is `N + 2 max(|dx|, |dy|)`, rounded up to the parity of N. `offsets` are the positions relative to the canvas
    centre for stitching, and the relative offsets of all groups for merging (`padded_size`).
    """
    return N + 2 * int(np.ceil(np.abs(offsets).max(initial=0.0)))


def place(patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
    """Stitch patches at fractional positions, by bilinear interpolation.

    Args:
        patches: (K, M, M).
        positions: (K, 2) pixels `[x, y]` from the canvas centre.
        weight: (M, M) >= 0, the weight of each pixel of a patch.
        size: side of the canvas in pixels; parts of patches beyond it are lost.

    Returns:
        The weighted mean (size, size), 0 where no patch lies, and the coverage (size, size): the summed weights.
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
    """Share of the area of the patches that lies outside of a canvas of `size` pixels: 0 when every patch fits.

    1 - (sum on this canvas) / (sum on a canvas that is large enough), for patches of `side` x `side` ones.
    """
    ones = np.ones((len(positions), side, side))
    whole = accumulate(ones, positions, max(size, required_size(side, positions) + 2)).sum()
    return float(max(0.0, 1.0 - accumulate(ones, positions, size).sum() / whole))
