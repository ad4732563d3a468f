"""Bilinear translation of images by one matrix for each axis; its adjoint are the transposed matrices.

The centre of an axis of `n` pixels is index `n // 2`, for even and odd `n` alike.
Positive `dx` moves content to larger columns, positive `dy` to larger rows.
"""

import numpy as np
from numpy.typing import ArrayLike

Array = np.ndarray


def matrix(n_out: int, n_in: int, shift: ArrayLike) -> Array:
    """Matrix that moves `n_in` pixels by `shift` pixels on an axis of `n_out` pixels with the same centre.

    `T[i, j] = max(0, 1 - |(i - n_out // 2) - (j - n_in // 2) - shift|)`. For a `shift` of shape S the
    result has shape `S + (n_out, n_in)`, float64.
    """
    rows = np.arange(n_out)[:, None] - n_out // 2
    columns = np.arange(n_in)[None, :] - n_in // 2
    distance = np.abs((rows - columns) - np.asarray(shift, dtype=np.float64)[..., None, None])
    return np.maximum(0.0, 1.0 - distance)


def translate(patches: Array, dx: ArrayLike, dy: ArrayLike) -> Array:
    """Move patches (..., H, W) by `dx` columns and `dy` rows (scalars, or arrays of the leading shape)."""
    height, width = patches.shape[-2:]
    return apply(matrix(height, height, dy), patches, matrix(width, width, dx))


def adjoint(patches: Array, dx: ArrayLike, dy: ArrayLike) -> Array:
    """Apply the adjoint of `translate` to patches (..., H, W).

    `<translate(a), b> = <a, adjoint(b)>`.
    """
    height, width = patches.shape[-2:]
    return apply(_transpose(matrix(height, height, dy)), patches, _transpose(matrix(width, width, dx)))


def apply(rows: Array, patches: Array, columns: Array) -> Array:
    """Translate patches o (..., n_in, n_in) by matrices (..., n_out, n_in) of both axes: `Ty @ o @ Tx.T`."""
    moved: Array = rows @ patches @ _transpose(columns)
    return moved


def cut(image: Array, x: Array, y: Array, size: int) -> Array:
    """Cut patches (K, size, size) centred at the positions `x`, `y` (K,) of an image (H, W).

    Pixel `i` of a patch lies at the coordinate `x - size // 2 + i`, and coordinate 0 is the image's first
    pixel; pixels outside of the image are 0. This is the adjoint of adding the patches up on a canvas.
    """
    left, along_x = windows(x, size)
    top, along_y = windows(y, size)
    patches = np.zeros((len(x), size, size), dtype=np.result_type(image, np.float64))
    for k, patch in enumerate(patches):
        rows, inside_rows = overlap(top[k], size + 1, image.shape[0])
        columns, inside_columns = overlap(left[k], size + 1, image.shape[1])
        window = image[rows, columns]
        patch[:] = along_y[k].T[:, inside_rows] @ window @ along_x[k][inside_columns]
    return patches


def windows(positions: Array, size: int) -> tuple[Array, Array]:
    """First pixels (K,) int and matrices (K, size + 1, size) that move `size` pixels to the positions (K,) of one axis.

    A patch at a fractional position covers `size + 1` pixels, so the matrices stay small on a large canvas.
    """
    start = np.asarray(positions, dtype=np.float64) - size // 2
    first = np.floor(start)
    # `matrix` counts from the centres, and those of size + 1 and of size pixels differ by one index if size is odd.
    offset = (size + 1) // 2 - size // 2
    return first.astype(np.int64), matrix(size + 1, size, start - first - offset)


def overlap(first: int, length: int, size: int) -> tuple[slice, slice]:
    """Slices of an axis of `size` pixels and of pixels `first ... first + length - 1` on it, where both overlap."""
    low, high = max(first, 0), min(first + length, size)
    high = max(low, high)
    return slice(low, high), slice(low - first, high - first)


def _transpose(matrices: Array) -> Array:
    return np.swapaxes(matrices, -1, -2)
