"""Merging the overlapping patches of a group into one object, and cutting a patch for each position out of it.

A position p of a group with centre g has the relative offset `r = -(p - g)`: its patch is moved by
`-r` from the centre of the canvas when merging, and by `+r` when it is cut out.
Each group of a batch is merged on its own.
"""

from dataclasses import dataclass

import numpy as np

from harness.physics import translation

Array = np.ndarray

COVERAGE_FLOOR = 1e-3
"""Added to the summed weights before the division, so that pixels outside of all patches become 0."""


@dataclass(frozen=True)
class Merging:
    """Canvas and weights by which the patches of a group are merged."""

    padded_size: int
    """Side of the merged object, pixels."""
    weight: Array
    """(N, N) float64 weight of each pixel of a patch."""


def central_weight(N: int, side: int) -> Array:
    """(N, N) float64: 1 on the central `side` x `side` pixels, 0 around them."""
    weight = np.zeros((N, N))
    first = (N - side) // 2
    weight[first : first + side, first : first + side] = 1.0
    return weight


def merging(N: int, padded_size: int, gridsize: int, object_big: bool, probe_big: bool) -> Merging | None:
    """How a model merges, with weight 1 on the region that its network predicts; None when it does not merge."""
    if gridsize == 1 or not object_big:
        return None
    return Merging(padded_size, central_weight(N, N if probe_big else N // 2))


def merge(patches: Array, relative: Array, padded: int, weight: Array) -> Array:
    """Weighted mean (B, padded, padded) of patches (B, N, N, C) placed by their relative offsets (B, 1, 2, C)."""
    rows, columns = _placement(relative, padded, patches.shape[1])
    placed = translation.apply(rows, weight * _channels_first(patches), columns).sum(axis=1)
    merged: Array = placed / _coverage(rows, columns, weight)
    return merged


def merge_adjoint(gradient: Array, relative: Array, weight: Array) -> Array:
    """Adjoint of `merge` for fixed offsets and weights: (B, padded, padded) to (B, N, N, C)."""
    rows, columns = _placement(relative, gradient.shape[-1], weight.shape[0])
    divided = (gradient / _coverage(rows, columns, weight))[:, None]
    return _channels_last(weight * translation.apply(_transposed(rows), divided, _transposed(columns)))


def extract(merged: Array, relative: Array, N: int) -> Array:
    """Cut the patches (B, N, N, C) of every position out of the merged objects (B, padded, padded)."""
    rows, columns = _placement(relative, merged.shape[-1], N)
    return _channels_last(translation.apply(_transposed(rows), merged[:, None], _transposed(columns)))


def extract_adjoint(gradient: Array, relative: Array, padded: int) -> Array:
    """Adjoint of `extract`: (B, N, N, C) to (B, padded, padded)."""
    rows, columns = _placement(relative, padded, gradient.shape[1])
    placed: Array = translation.apply(rows, _channels_first(gradient), columns).sum(axis=1)
    return placed


def _placement(relative: Array, padded: int, N: int) -> tuple[Array, Array]:
    """Matrices (B, C, padded, N) that place each patch along y and along x."""
    return translation.matrix(padded, N, -relative[:, 0, 1]), translation.matrix(padded, N, -relative[:, 0, 0])


def _coverage(rows: Array, columns: Array, weight: Array) -> Array:
    coverage: Array = translation.apply(rows, weight, columns).sum(axis=1) + COVERAGE_FLOOR
    return coverage


def _channels_first(patches: Array) -> Array:
    return np.moveaxis(patches, -1, 1)


def _channels_last(patches: Array) -> Array:
    return np.moveaxis(patches, 1, -1)


def _transposed(matrices: Array) -> Array:
    return np.swapaxes(matrices, -1, -2)
