"""Moves a picture by a fraction of a pixel, so that every new pixel depends on a few neighbours and on nothing else.

Splines and Fourier shifts carry what happens at the edge of a picture across all of it. Here each new pixel is the
value of the polynomial of degree 11 through its 12 nearest neighbours along each axis (Lagrange): the error falls as
the twelfth power of the frequency, and what lies further away plays no part.
"""

import numpy as np

from harness.arrays import Array

NEIGHBOURS = np.arange(-5, 7)
"""Pixels that a new one is made of, counted from the one below its place."""
_APART = NEIGHBOURS[:, None] - NEIGHBOURS
"""(12, 12): j - k of every two of them."""
REACH = 6
"""Pixels: no new pixel depends on one that lies further from its place."""


def shifted(field: Array, dx: float, dy: float) -> Array:
    """Move the content of a picture (H, W) by dx columns and dy rows; zeros come in from outside."""
    for distance, axis in ((dy, 0), (dx, 1)):
        field = np.asarray(sum(weight * neighbour for weight, neighbour in _neighbours(field, distance, axis)))
    return field


def shifted_mask(mask: Array, dx: float, dy: float) -> Array:
    """Which pixels (H, W) of a picture shifted by (dx, dy) were made of pixels of its boolean mask alone."""
    for distance, axis in ((dy, 0), (dx, 1)):
        mask = np.logical_and.reduce([neighbour for _, neighbour in _neighbours(mask, distance, axis)])
    return mask


def _neighbours(field: Array, distance: float, axis: int) -> list[tuple[float, Array]]:
    """Weight and picture of every neighbour that takes part; one alone where whole pixels are shifted."""
    whole, fraction = divmod(-distance, 1.0)
    margin, count = abs(int(whole)) + REACH, field.shape[axis]
    padded = np.moveaxis(np.pad(field, [(margin, margin) if own == axis else (0, 0) for own in range(2)]), axis, 0)
    weights = dict(zip(margin + int(whole) + NEIGHBOURS, _lagrange(fraction), strict=True))
    return [
        (weight, np.moveaxis(padded[first : first + count], 0, axis)) for first, weight in weights.items() if weight
    ]


def _lagrange(fraction: float) -> list[float]:
    """Weights (12,) of the NEIGHBOURS at a place: l_j(t) = prod over k != j of (t - k) / (j - k)."""
    ratios = (fraction - NEIGHBOURS) / (_APART + np.eye(len(NEIGHBOURS)))
    np.fill_diagonal(ratios, 1.0)  # k = j
    weights: list[float] = ratios.prod(axis=1).tolist()
    return weights
