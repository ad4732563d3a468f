"""Baselines that a reconstruction must beat: pictures stitched from degraded copies of the true patches.

- `constant_patch`: each patch is one number, the amplitude that follows from its total count (root mean square under
  the probe) with the phase of its mean under the probe. A photodiode could measure it: no diffraction is needed.
- `even_part`: (O(x) + conj(O(-x))) / 2 of each patch, which does not tell a patch from its twin conj(O(-x)); under a
  flat centro-symmetric probe both give the same diffraction pattern.
- `flipped`: every patch replaced by its twin.

The skill of a reconstruction above a baseline is (r - r_baseline) / (1 - r_baseline), r its correlation with the truth.
"""

from collections.abc import Mapping

import numpy as np

from harness.arrays import Array
from harness.judge.metrics import pearson
from harness.judge.truth import Part
from harness.physics.canvas import place
from harness.physics.twins import twin
from harness.records.pictures import TwinMargin
from harness.run.legs.statistics import central


def degraded_patches(true_patches: Array, probe: Array, side: int) -> dict[str, Array]:
    """Degrade the true patches (K, N, N) under a probe (N, N); returns the patches (K, side, side) of each baseline."""
    energy = np.square(np.abs(probe))
    share = energy / energy.sum()
    modulus = np.sqrt((share * np.square(np.abs(true_patches))).sum(axis=(1, 2)))
    constant = modulus * np.exp(1j * np.angle((share * true_patches).sum(axis=(1, 2))))
    inner = central(true_patches, side)
    return {
        "constant_patch": np.broadcast_to(constant[:, None, None], inner.shape),
        "even_part": (inner + twin(inner)) / 2,
        "flipped": twin(inner),
    }


def stitched(patches: Mapping[str, Array], positions: Array, weight: Array, size: int) -> dict[str, Array]:
    """Stitch the patches of each baseline on a canvas.

    Args:
        patches: (K, M, M) complex patches by the name of the baseline.
        positions: (K, 2) pixels [x, y] from the centre of the canvas.
        weight: (M, M) weight of each pixel of a patch.
        size: pixels a side of the canvas.

    Returns:
        The canvas (size, size), complex, by the name of the baseline.
    """
    return {name: place(own, positions, weight, size)[0] for name, own in patches.items()}


def twin_margin(predicted: Array, true: Array, part: Part) -> TwinMargin:
    """Mean correlation of predicted patches (K, M, M) with the true ones, with their twins, and the difference.

    `correlation` of `part`, the leading part of the object, is averaged over the patches. Patches are those that were
    stitched: where the probe cannot tell a patch from its twin, the inference chose by the overlaps. A margin near 0
    means that neither the network nor the overlaps could tell the two apart; above 0.3 the twin is resolved. Patches
    without contrast are left out; where they are half of all or more, the margin is None.
    """
    pairs = [
        (correlation(own, a, part), correlation(own, b, part))
        for own, a, b in zip(predicted, true, twin(true), strict=True)
    ]
    usable = np.array([pair for pair in pairs if None not in pair], dtype=float)
    if 2 * len(usable) <= len(pairs):
        return TwinMargin(truth=None, flipped=None, margin=None, patches=len(usable))
    upright, flipped = usable.mean(axis=0)
    return TwinMargin(truth=upright, flipped=flipped, margin=upright - flipped, patches=len(usable))


def correlation(own: Array, other: Array, part: Part) -> float | None:
    """Correlation of two complex arrays: for the amplitude Pearson's r, for the phase the modulus of the complex one.

    The latter does not depend on the global phase. None where one of the arrays is constant or not finite.
    """
    return pearson(np.abs(own), np.abs(other)) if part == "amplitude" else _complex_correlation(own, other)


def _complex_correlation(own: Array, other: Array) -> float | None:
    a, b = own - own.mean(), other - other.mean()
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    flat = norm <= 1e-12 * np.linalg.norm(own) * np.linalg.norm(other)
    return None if flat or not np.isfinite(norm) else float(np.abs(np.vdot(a, b)) / norm)
