"""The common centre of two batches of images of other sizes: whether more is wrong with them than their padding."""

from itertools import product

import numpy as np

from harness.arrays import Array
from harness.judge.comparing import relative_error


def in_common_centre(own: Array, other: Array) -> str:
    """Say by how much two batches of images (samples, rows, columns, channels) differ where both have pixels.

    The smaller image is laid on the middle of the larger one. Where their sizes differ by an odd number of pixels there
    are two middles along that axis, and the one is taken in which they differ least.

    Returns:
        A text that follows the two shapes; empty for arrays that differ in more than the size of their images.
    """
    if own.ndim != other.ndim or own.ndim < 3 or (own.shape[0], own.shape[-1]) != (other.shape[0], other.shape[-1]):
        return ""
    ways = [list(_middles(mine, theirs)) for mine, theirs in zip(own.shape[1:-1], other.shape[1:-1], strict=True)]
    found = (_error(own, other, way) for way in product(*ways))
    error, size = min(found, key=lambda one: np.nan_to_num(one[0], nan=np.inf))
    pixels = " x ".join(map(str, size))
    return f"; in their common centre, {pixels} pixels, they differ by {error:.3g} of the largest value"


def _middles(mine: int, theirs: int) -> set[tuple[int, int, int]]:
    """First pixel of the common part in either image, and its length."""
    more, length = abs(mine - theirs), min(mine, theirs)
    firsts = {more // 2, more - more // 2}
    return {(first, 0, length) if mine > theirs else (0, first, length) for first in firsts}


def _error(own: Array, other: Array, way: tuple[tuple[int, int, int], ...]) -> tuple[float, tuple[int, ...]]:
    mine = own[(slice(None), *(slice(first, first + length) for first, _, length in way))]
    theirs = other[(slice(None), *(slice(first, first + length) for _, first, length in way))]
    error = relative_error(mine, theirs)
    return (0.0 if not mine.any() else np.inf) if error is None else error, mine.shape[1:-1]
