"""Structural similarity over several scales (Wang, Simoncelli and Bovik, 2003), on the pixels of a mask.

At each scale the pictures are compared by contrast and structure, and at the coarsest by their luminance, too; from
one scale to the next 2 x 2 pixels become their mean. The window is a Gaussian of 1.5 pixels cut to 11 x 11, and
the constants are (0.01 L)^2 and (0.03 L)^2 for a data range L. Each scale is averaged over those pixels whose whole
window lies in the mask, so that no pixel outside has an influence; a mean below zero counts as zero.
A scale is left out where no whole window is covered; the weights of those that remain are divided by their sum.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import binary_erosion, gaussian_filter
from skimage.measure import block_reduce

from harness.arrays import Array

WEIGHTS = (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
"""Exponents of the scales, the finest first, as the paper measured them with human observers."""
SIGMA = 1.5
"""Standard deviation of the window, pixels."""
RADIUS = 5
"""Pixels from the middle of the window to its edge."""


@dataclass(frozen=True)
class Similarity:
    """Multi-scale structural similarity, and the number of scales that it was computed on."""

    value: float | None
    """1 for equal pictures, down to 0; None where not even the finest scale is covered."""
    scales: int
    """Number of scales, at most 5."""


def ms_ssim(picture: Array, reference: Array, mask: Array, data_range: float) -> Similarity:
    """Similarity of two real pictures (H, W) on a boolean mask; `data_range` is the reference's, above zero."""
    window = np.ones((2 * RADIUS + 1, 2 * RADIUS + 1))
    own, other = (np.where(mask, side, 0.0) for side in (picture, reference))
    whole: list[float] = []
    structures: list[float] = []
    while len(structures) < len(WEIGHTS) and (inner := binary_erosion(mask, window)).any():
        luminance, structure = _terms(own, other, data_range)
        whole.append(float((luminance * structure)[inner].mean()))
        structures.append(float(structure[inner].mean()))
        own, other, mask = _halved(own, np.mean), _halved(other, np.mean), _halved(mask, np.min)
    if not structures:
        return Similarity(None, 0)
    terms = np.maximum([*structures[:-1], whole[-1]], 0.0)
    weights = np.array(WEIGHTS[: len(terms)])
    return Similarity(float(np.prod(terms ** (weights / weights.sum()))), len(terms))


def _terms(a: Array, b: Array, data_range: float) -> tuple[Array, Array]:
    """Luminance and contrast * structure (H, W) of two pictures."""
    mean_a, mean_b, square_a, square_b, product = (
        gaussian_filter(values, SIGMA, radius=RADIUS) for values in (a, b, a * a, b * b, a * b)
    )
    steady, variable = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    luminance = (2 * mean_a * mean_b + steady) / (mean_a**2 + mean_b**2 + steady)
    variances = square_a - mean_a**2 + square_b - mean_b**2
    return luminance, (2 * (product - mean_a * mean_b) + variable) / (variances + variable)


def _halved(picture: Array, how: object) -> Array:
    """Reduce 2 x 2 pixels to one with the function `how`; an odd last row or column is dropped."""
    even = picture[: picture.shape[0] // 2 * 2, : picture.shape[1] // 2 * 2]
    return np.asarray(block_reduce(even, 2, how))  # type: ignore[no-untyped-call]
