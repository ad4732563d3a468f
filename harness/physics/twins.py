"""The twin ambiguity: for each patch the choice between it and its twin `conj(O(-x))`, so that overlaps agree.

Let the probe `P` be its own twin up to a constant phase, `P(x) = c conj(P(-x))`; a real, centro-symmetric one is. Then
the exit wave of the twin of a patch is the twin of its exit wave, and `|FFT(conj(psi(-x)))| = |FFT(psi(x))|`: both
patches give the same pattern. A network that sees one pattern at a time cannot distinguish them and predicts either.
Overlapping patches show the same object, but their twins, each turned about its own centre, do not: so the overlaps
decide, without the ground truth.

The choice for patch j is a sign `sigma_j`, 1 for the patch itself and -1 for its twin. The disagreement of two
overlapping patches is `a + h_j sigma_j + h_k sigma_k + J sigma_j sigma_k` for every choice. Its sum over all pairs is
minimised as in `synchronise`: start from the signs of the leading eigenvector of the couplings `J`, then flip one patch
or two as long as that lowers the sum.
The fields `h` come from the positions, which are not turned with the patches. They decide between a choice and the
flip of all patches of a connected set, to which the couplings are blind. Where the fields vanish too (a single patch,
patches at one position, patches that are their own twins) the first patch stays as it was predicted.
"""

import numpy as np

from harness.physics.synchronise import connected_sets
from harness.physics.translation import overlap, windows

Array = np.ndarray

SELF_TWIN = 1e-3
"""Distance of a probe from its twin, relative to its norm, up to which patch and twin count as indistinguishable.

It changes the amplitudes of a pattern by about as much as the noise of 1e9 photons on 64 x 64 pixels: by 1/2 each,
`(64 / 2) / sqrt(1e9)` of their norm.
"""
EVIDENCE = 0.1
"""Smallest share of the disagreement that all flips together must remove, else no patch is flipped. Patches with hardly
any structure agree either way, and rounding would choose: two trainings, equal to 1e-12, then differed in 2 of 32
patches."""
_ROUNDING = 1e-12
"""Relative size below which the sign of a coupling, of an eigenvector's element or of a gain is mere rounding."""


def twin(patches: Array) -> Array:
    """Twins `conj(O(-x))` of patches (..., M, M), turned about the half-pixel centre (M - 1)/2, the probe's centre."""
    turned: Array = np.conj(patches[..., ::-1, ::-1])
    return turned


def is_own_twin(probe: Array) -> bool:
    """Whether a patch and its twin give the same pattern under a probe (N, N), which is given as the model uses it.

    They do when the probe is its own twin up to a constant phase:
    `|P - c twin(P)| <= SELF_TWIN |P|` for the best `|c| = 1`.
    """
    energy = np.square(np.abs(probe)).sum()
    distance = 2 * (energy - np.abs(np.vdot(twin(probe), probe)))
    return bool(distance <= SELF_TWIN**2 * energy)


def flips(patches: Array, positions: Array, weight: Array) -> Array:
    """Choose the patches to be replaced by their twins so that overlapping patches agree.

    Patches overlap at their exact positions, by bilinear interpolation, as in stitching. Their global phases need not
    agree. No patch is chosen if all flips together remove less than the share `EVIDENCE` of the disagreement.

    Args:
        patches: (K, M, M) complex, M even.
        positions: (K, 2) pixels `[x, y]`.
        weight: (M, M) >= 0.

    Returns:
        (K,) bool, true for patches to replace.
    """
    pairs, differences, _ = _disagreements(patches, positions, weight)
    couplings = _couplings(len(patches), pairs, differences)
    linked = couplings[:-1, :-1] != 0
    signs = np.ones(len(patches))
    for members in connected_sets(linked | np.eye(len(patches), dtype=bool)):
        own = np.append(members, len(patches))  # the connected set, and the row of the fields
        signs[members] = _signs(couplings[np.ix_(own, own)])[:-1]
    turned = np.asarray(signs < 0)
    j, k = turned[pairs].astype(int).T
    after = differences[np.arange(len(pairs)), j, k].sum()
    return turned & (after <= (1 - EVIDENCE) * differences[:, 0, 0].sum())


def disagreement(patches: Array, positions: Array, weight: Array) -> float | None:
    """Sum of squared weighted differences of overlapping patches over the sum of their squares, from 0 to 1.

    It is 0 if all patches agree and None if none overlap; `flips` minimises it. Arguments as in `flips`.
    """
    _, differences, sizes = _disagreements(patches, positions, weight)
    total = sizes.sum()
    return float(differences[:, 0, 0].sum() / total) if total > 0 else None


def _disagreements(patches: Array, positions: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Compare all pairs (j, k) of overlapping patches.

    Returns the pairs (L, 2); their differences (L, 2, 2), indexed by `[j flipped, k flipped]`; and, without flips,
    `|a|^2 + |b|^2` (L,). A difference is
    `min over phi of sum(w |a - exp(i phi) b|^2) = sum(w |a|^2) + sum(w |b|^2) - 2 |sum(w conj(a) b)|`, w the product
    of both weights.
    """
    side = patches.shape[-1]
    left, along_x = windows(positions[:, 0], side)
    top, along_y = windows(positions[:, 1], side)
    placed = along_y[:, None] @ np.stack([patches, twin(patches)], axis=1) @ np.swapaxes(along_x, -1, -2)[:, None]
    weights = along_y @ np.broadcast_to(weight, patches.shape) @ np.swapaxes(along_x, -1, -2)
    reach = np.maximum(np.abs(left[:, None] - left), np.abs(top[:, None] - top)) <= side
    pairs = np.argwhere(np.triu(reach, 1))
    differences, sizes = np.zeros((len(pairs), 2, 2)), np.zeros(len(pairs))
    for number, (j, k) in enumerate(pairs):
        rows, columns = (overlap(first[k] - first[j], side + 1, side + 1) for first in (top, left))
        a, b = placed[j][:, rows[0], columns[0]], placed[k][:, rows[1], columns[1]]
        w = weights[j][rows[0], columns[0]] * weights[k][rows[1], columns[1]]
        own, other = ((w * np.square(np.abs(patch))).sum(axis=(1, 2)) for patch in (a, b))
        differences[number] = own[:, None] + other - 2 * np.abs(np.einsum("src,trc->st", w * a.conj(), b))
        sizes[number] = own[0] + other[0]
    return pairs, differences, sizes


def _couplings(count: int, pairs: Array, differences: Array) -> Array:
    """Symmetric matrix (K + 1, K + 1): `-J` of each pair of patches; in the last row and column `-h` of each patch.

    With a last sign of 1 the sum of the differences is a constant minus `sigma @ couplings @ sigma / 2`.
    """
    couplings = np.zeros((count + 1, count + 1))
    same, mixed = np.trace(differences, axis1=1, axis2=2), differences[:, 0, 1] + differences[:, 1, 0]
    couplings[pairs[:, 0], pairs[:, 1]] = (mixed - same) / 4
    for member, turned in ((0, differences.sum(axis=2)), (1, differences.sum(axis=1))):
        np.add.at(couplings[:, -1], pairs[:, member], (turned[:, 1] - turned[:, 0]) / 4)
    couplings[np.abs(couplings) <= _ROUNDING * np.abs(couplings).max()] = 0
    return couplings + couplings.T


def _signs(couplings: Array) -> Array:
    """Signs (n + 1,), of which the last is 1, with the largest `signs @ couplings @ signs` that the search finds."""
    degree = np.sqrt(np.maximum(np.abs(couplings).sum(axis=1), np.finfo(np.float64).tiny))
    _, vectors = np.linalg.eigh(couplings / np.outer(degree, degree))
    leading = vectors[:, -1]
    decided = np.roll(leading, 1)[np.roll(np.abs(leading), 1) > _ROUNDING]  # the field's is 1, else the first's
    signs = np.where(leading * np.sign(decided[0]) < -_ROUNDING, -1.0, 1.0)
    signs[-1] = 1.0
    return _improved(signs, couplings)


def _improved(signs: Array, couplings: Array) -> Array:
    """Flip the sign, or the two signs, with the largest gain, until no flip gains anything.

    Pairs are needed: two patches at the rim that overlap each other most may both be wrong, though a flip of one alone
    gains nothing.
    """
    least = _ROUNDING * np.abs(couplings).sum()
    while True:
        alone = -2 * signs * (couplings @ signs)
        gains = alone[:, None] + alone + 4 * np.outer(signs, signs) * couplings
        np.fill_diagonal(gains, alone)
        gains = gains[:-1, :-1]  # the last sign stays 1
        best = np.unravel_index(gains.argmax(), gains.shape)
        if gains[best] <= least:
            return signs
        signs[list(set(best))] *= -1
