"""Shift of a picture by a fraction of a pixel, in which every new pixel depends on a few neighbours only.

Splines and Fourier shifts spread artifacts from the edge of a picture across all of it. Here each new pixel is the
value of the polynomial of degree 11 through its 12 nearest neighbours along each axis (Lagrange): the error falls as
the twelfth power of the frequency, and pixels farther away have no influence.
"""

import numpy as np

from harness.arrays import Array

NEIGHBOURS = np.arange(-5, 7)
"""Offsets of the pixels that a new pixel is interpolated from, relative to the one just below its position."""
_APART = NEIGHBOURS[:, None] - NEIGHBOURS
"""(12, 12): difference j - k of every two offsets."""
REACH = 6
"""Pixels: a new pixel depends on no pixel that is farther away than this."""


def shifted(field: Array, dx: float, dy: float) -> Array:
    """Shift a picture (H, W) by dx columns and dy rows; zeros come in from outside."""
    for distance, axis in ((dy, 0), (dx, 1)):
        (weight, neighbour), *others = _neighbours(field, distance, axis)
        field, one = weight * neighbour, np.empty_like(neighbour, np.result_type(neighbour, np.float64))
        for weight, neighbour in others:
            field += np.multiply(neighbour, weight, out=one)
    return field


def shifted_mask(mask: Array, dx: float, dy: float) -> Array:
    """Boolean (H, W): pixels of a picture shifted by (dx, dy) that depend on pixels inside its `mask` only."""
    for distance, axis in ((dy, 0), (dx, 1)):
        mask = np.logical_and.reduce([neighbour for _, neighbour in _neighbours(mask, distance, axis)])
    return mask


def _neighbours(field: Array, distance: float, axis: int) -> list[tuple[float, Array]]:
    """Weight and shifted picture of every neighbour; a single one where the distance is a whole number of pixels."""
    whole, fraction = divmod(-distance, 1.0)
    margin, count = abs(int(whole)) + REACH, field.shape[axis]
    size = list(field.shape)
    size[axis] += 2 * margin
    padded: Array = np.zeros(size, field.dtype)
    padded[_cut(margin, count, axis)] = field
    firsts = [margin + int(whole) + int(offset) for offset in NEIGHBOURS]
    weights = dict(zip(firsts, _lagrange(fraction), strict=True))
    return [(weight, padded[_cut(first, count, axis)]) for first, weight in weights.items() if weight]


def _cut(first: int, count: int, axis: int) -> tuple[slice, ...]:
    """Index of `count` rows, or columns, from the first on."""
    return (slice(None),) * axis + (slice(first, first + count),)


def _lagrange(fraction: float) -> list[float]:
    """Weights (12,) of the NEIGHBOURS at a fraction t of a pixel: l_j(t) = prod over k != j of (t - k) / (j - k)."""
    ratios = (fraction - NEIGHBOURS) / (_APART + np.eye(len(NEIGHBOURS)))
    np.fill_diagonal(ratios, 1.0)  # k = j
    weights: list[float] = ratios.prod(axis=1).tolist()
    return weights
