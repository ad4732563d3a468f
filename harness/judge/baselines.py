"""What a reconstruction must beat: pictures stitched from true patches of which something was thrown away.

- `constant_patch`: each patch is one number, the amplitude that its total count tells (root mean square under
  the probe) with the phase of its mean under the probe. It needs no diffraction, only a photodiode.
- `even_part`: (O(x) + conj(O(-x))) / 2 of each patch. It needs no orientation: a flat centro-symmetric probe
  gives the same pattern for a patch and its twin conj(O(-x)).
- `flipped`: the twin in place of every patch.

A reconstruction's skill above a baseline is (r - r_baseline) / (1 - r_baseline).
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
    """The patches (K, side, side) of every baseline, from true patches (K, N, N) under the probe (N, N)."""
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
    """Each baseline's canvas (size, size) complex; positions (K, 2) from its centre, weight (M, M)."""
    return {name: place(own, positions, weight, size)[0] for name, own in patches.items()}


def twin_margin(predicted: Array, true: Array, part: Part) -> TwinMargin:
    """Mean correlation of predicted patches (K, M, M) with the true ones, with their twins, and the difference.

    Where the amplitude carries the picture it is Pearson's r of the amplitudes; where the phase does, the modulus
    of the complex correlation, which leaves the phase of each patch free. Patches are taken as they were placed: where
    the probe leaves their twins open, the overlaps have chosen. A margin near 0 means that neither the network nor
    the overlaps could tell the two apart; above 0.3 the twin is resolved. Patches without any contrast are left
    out, and if these are more than half of all, there is no figure.
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
    """Pearson's r of the amplitudes, or the modulus of the complex correlation, which leaves the global phase free.

    None where one of the complex arrays has no contrast, or is not finite.
    """
    return pearson(np.abs(own), np.abs(other)) if part == "amplitude" else _complex_correlation(own, other)


def _complex_correlation(own: Array, other: Array) -> float | None:
    a, b = own - own.mean(), other - other.mean()
    norm = np.linalg.norm(a) * np.linalg.norm(b)
    flat = norm <= 1e-12 * np.linalg.norm(own) * np.linalg.norm(other)
    return None if flat or not np.isfinite(norm) else float(np.abs(np.vdot(a, b)) / norm)
