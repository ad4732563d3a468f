"""The twin of each pattern: which of the two a patch is, fixed so that overlapping patches agree.

Let `P` be its own twin up to a constant phase, `P(x) = c conj(P(-x))`: flat, real and centro-symmetric, say. Then the
exit wave of the twin `conj(O(-x))` is the twin of the exit wave, and `|FFT(conj(psi(-x)))| = |FFT(psi(x))|`: both
patches give the same pattern. One pattern at a time cannot tell them apart, and a network that sees one at a time
chooses as it likes. Neighbours that overlap show the same object, and their twins, each turned about its own centre,
do not: so the overlaps decide, without the truth.

The choice has two values a patch, `sigma = 1` or `-1`. What two overlapping patches disagree by is then
`a + h_j sigma_j + h_k sigma_k + J sigma_j sigma_k` for every choice, and the least sum of it is sought as in
`synchronise`: the signs of the leading eigenvector of the couplings, then turns of one patch or two for as long as one
helps.
The fields `h` come from the positions, which do not turn with the patches: they decide what the couplings leave
open, all patches of a connected set turned at once. Where they vanish too (a lone patch, patches at one position,
patches that are their own twins) nothing decides, and the first patch stays as it was predicted.
"""

import numpy as np

from harness.physics.synchronise import connected_sets
from harness.physics.translation import overlap, windows

Array = np.ndarray

SELF_TWIN = 1e-3
"""Largest distance of a probe from its twin, relative to its norm, at which patterns tell nothing of the orientation.

It moves the amplitudes of a pattern by about as much as counting 1e9 photons on 64 x 64 pixels does: by 1/2 each,
`(64 / 2) / sqrt(1e9)` of their norm.
"""
EVIDENCE = 0.1
"""Least share of the disagreement that turning must take away. Patches that show next to nothing agree either way, and
rounding would choose among them: two trainings, equal to 1e-12, then had 2 of 32 patches turned on one side alone."""
_ROUNDING = 1e-12
"""Share of the whole, be it couplings, an eigenvector or a sum, below which a sign is rounding and not evidence."""


def twin(patches: Array) -> Array:
    """conj(O(-x)) of patches (..., M, M), turned about their half-pixel centre, which is the idealised probe's too."""
    turned: Array = np.conj(patches[..., ::-1, ::-1])
    return turned


def is_own_twin(probe: Array) -> bool:
    """Whether a probe (N, N), as the model uses it, leaves open which twin a pattern shows.

    It does when it is its twin up to a constant phase: `|P - c twin(P)| <= SELF_TWIN |P|` for the best `|c| = 1`.
    """
    energy = np.square(np.abs(probe)).sum()
    distance = 2 * (energy - np.abs(np.vdot(twin(probe), probe)))
    return bool(distance <= SELF_TWIN**2 * energy)


def flips(patches: Array, positions: Array, weight: Array) -> Array:
    """(K,) bool: the patches to be replaced by their twins so that overlapping ones agree.

    patches (K, M, M) complex, M even, positions (K, 2) pixels `[x, y]`, weight (M, M) >= 0. Patches are placed
    bilinearly at their exact positions, as in stitching. The global phase of each may still be free. None is turned
    where all turns together take less than EVIDENCE from what the patches disagree by.
    """
    pairs, differences, _ = _disagreements(patches, positions, weight)
    couplings = _couplings(len(patches), pairs, differences)
    linked = couplings[:-1, :-1] != 0
    signs = np.ones(len(patches))
    for members in connected_sets(linked | np.eye(len(patches), dtype=bool)):
        own = np.append(members, len(patches))  # the set and the fields
        signs[members] = _signs(couplings[np.ix_(own, own)])[:-1]
    turned = np.asarray(signs < 0)
    j, k = turned[pairs].astype(int).T
    after = differences[np.arange(len(pairs)), j, k].sum()
    return turned & (after <= (1 - EVIDENCE) * differences[:, 0, 0].sum())


def disagreement(patches: Array, positions: Array, weight: Array) -> float | None:
    """Squared weighted differences of overlapping patches over their squared sizes: 0 where all agree, at most 1.

    Arguments as of `flips`, whose sum this is; None where nothing overlaps.
    """
    _, differences, sizes = _disagreements(patches, positions, weight)
    total = sizes.sum()
    return float(differences[:, 0, 0].sum() / total) if total > 0 else None


def _disagreements(patches: Array, positions: Array, weight: Array) -> tuple[Array, Array, Array]:
    """Pairs (L, 2) that overlap; what they differ by (L, 2, 2), `[j turned, k turned]`; `|a|^2 + |b|^2` unturned (L,).

    `min over phi of sum(w |a - exp(i phi) b|^2) = sum(w |a|^2) + sum(w |b|^2) - 2 |sum(w conj(a) b)|`, w the
    product of the weights of both.
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
    """(K + 1, K + 1) symmetric: `-J` between patches and, in the last row and column, `-h` of each.

    With a last sigma of 1 the sum of the differences is a constant minus `sigma @ couplings @ sigma / 2`.
    """
    couplings = np.zeros((count + 1, count + 1))
    same, mixed = np.trace(differences, axis1=1, axis2=2), differences[:, 0, 1] + differences[:, 1, 0]
    couplings[pairs[:, 0], pairs[:, 1]] = (mixed - same) / 4
    for member, turned in ((0, differences.sum(axis=2)), (1, differences.sum(axis=1))):
        np.add.at(couplings[:, -1], pairs[:, member], (turned[:, 1] - turned[:, 0]) / 4)
    couplings[np.abs(couplings) <= _ROUNDING * np.abs(couplings).max()] = 0
    return couplings + couplings.T


def _signs(couplings: Array) -> Array:
    """Signs (n + 1,), the last one 1, that make `signs @ couplings @ signs` large."""
    degree = np.sqrt(np.maximum(np.abs(couplings).sum(axis=1), np.finfo(np.float64).tiny))
    _, vectors = np.linalg.eigh(couplings / np.outer(degree, degree))
    leading = vectors[:, -1]
    decided = np.roll(leading, 1)[np.roll(np.abs(leading), 1) > _ROUNDING]  # the fields' sign is 1, else the first's
    signs = np.where(leading * np.sign(decided[0]) < -_ROUNDING, -1.0, 1.0)
    signs[-1] = 1.0
    return _improved(signs, couplings)


def _improved(signs: Array, couplings: Array) -> Array:
    """Turn the patch, or the two, whose turn helps most, again and again until none helps.

    Two at the rim that overlap each other more than the rest may both be wrong, and neither gain by a turn of its own.
    """
    least = _ROUNDING * np.abs(couplings).sum()
    while True:
        alone = -2 * signs * (couplings @ signs)
        gains = alone[:, None] + alone + 4 * np.outer(signs, signs) * couplings
        np.fill_diagonal(gains, alone)
        gains = gains[:-1, :-1]  # the fields are not turned
        best = np.unravel_index(gains.argmax(), gains.shape)
        if gains[best] <= least:
            return signs
        signs[list(set(best))] *= -1
