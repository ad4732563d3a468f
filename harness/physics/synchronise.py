"""The free global phase of each pattern: fixed so that overlapping patches agree.

With gridsize 1 each pattern is reconstructed alone, up to a global phase. Overlapping patches show the same
object, so their relative phases follow from the leading eigenvector of the matrix of their inner products.
"""

import numpy as np

from harness.physics.translation import overlap, windows

Array = np.ndarray


def phases(patches: Array, positions: Array, weight: Array) -> Array:
    """Phase factors (K,) complex128 that make overlapping patches agree: use `phases[:, None, None] * patches`.

    Patches that no chain of overlaps connects have no relative phase; each connected set gets the phase with which
    its weighted sum is real and positive.

    Args:
        patches: (K, M, M) complex.
        positions: (K, 2) pixels `[x, y]`.
        weight: (M, M) >= 0.
    """
    overlaps = overlap_matrix(weight * patches, positions)
    sums = (weight * patches).sum(axis=(1, 2))
    result = np.ones(len(patches), dtype=np.complex128)
    for members in connected_sets(overlaps != 0):
        factors = _leading_phases(overlaps[np.ix_(members, members)])
        result[members] = factors * np.conj(_direction((factors * sums[members]).sum()))
    return result


def overlap_matrix(patches: Array, positions: Array) -> Array:
    """`H[j, k] = sum(conj(o_j) o_k)` (K, K) over the pixels where patches (K, M, M) overlap."""
    count, side = patches.shape[0], patches.shape[-1]
    left, along_x = windows(positions[:, 0], side)
    top, along_y = windows(positions[:, 1], side)
    placed = along_y @ patches @ np.swapaxes(along_x, -1, -2)
    reach = np.maximum(np.abs(left[:, None] - left), np.abs(top[:, None] - top)) <= side
    result = np.zeros((count, count), dtype=np.complex128)
    for j, k in np.argwhere(np.triu(reach)):
        rows, columns = (overlap(first[k] - first[j], side + 1, side + 1) for first in (top, left))
        value = np.vdot(placed[j][rows[0], columns[0]], placed[k][rows[1], columns[1]])
        result[j, k], result[k, j] = value, np.conj(value)
    return result


def connected_sets(linked: Array) -> list[Array]:
    """Connected components of a symmetric boolean matrix (K, K), as index arrays in the order of their first member."""
    label = np.arange(len(linked))
    while True:
        smallest = np.where(linked, label, len(label)).min(axis=1)
        smallest = np.minimum(label, smallest)
        if np.array_equal(smallest, label):
            return [np.flatnonzero(label == value) for value in np.unique(label)]
        label = smallest


def _leading_phases(overlaps: Array) -> Array:
    """Phase factors of the leading eigenvector of `D^(-1/2) H D^(-1/2)`, D the sums of |H| along its rows.

    Without D the eigenvector would be large in bright or densely scanned regions only.
    """
    degree = np.sqrt(np.maximum(np.abs(overlaps).sum(axis=1), np.finfo(np.float64).tiny))
    _, vectors = np.linalg.eigh(overlaps / np.outer(degree, degree))
    return _direction(vectors[:, -1])


def _direction(values: Array) -> Array:
    """Values divided by their modulus; 1 where they vanish."""
    modulus = np.abs(values)
    return np.where(modulus > 0, values / np.where(modulus > 0, modulus, 1.0), 1.0)
