"""Contrast of the predicted patches, which shows a collapsed network before any picture is stitched."""

import numpy as np

from harness.arrays import Array
from harness.judge.evidence import Evidence, Incapable, Predictions
from harness.judge.truth import Part, parts_with_a_picture, true_object, true_patches
from harness.run.legs.statistics import central, summarise

PATCH_STATISTICS = ("mean", "std", "var_zero_mean", "var_zero_mean_min", "var_zero_mean_median")


def patch_statistics(evidence: Evidence, backend: str) -> dict[str, float]:
    """PATCH_STATISTICS of the amplitude of a side's predicted patches, on the region that the network predicts.

    `mean` and `std` are over all patches and pixels. `var_zero_mean` of one patch is the variance of its amplitude
    about its own mean, 0 for a constant patch; reported are the mean, smallest and median value over the patches.
    """
    inside = central(_predicted(evidence, backend).patches, evidence.contract.region)
    found = summarise(np.abs(inside))
    return {name: getattr(found, name) for name in PATCH_STATISTICS}


def _predicted(evidence: Evidence, backend: str) -> Predictions:
    """The patches that a side predicted; raises Incapable for one that gives a picture alone."""
    if not evidence.canvas(backend).facts.own_patches:
        raise Incapable(f"{backend}: gives a picture and no patches.")
    return evidence.predictions(backend)


def collapse_ratio(evidence: Evidence, backend: str) -> float | None:
    """Median contrast of a side's patches divided by that of the true patches at the same positions; 1 is ideal.

    None where the true patches are constant.
    """
    side, part = evidence.contract.region, parts_with_a_picture(evidence)[0]
    predicted = _predicted(evidence, backend)
    true, inside = true_patches(true_object(evidence), evidence.canvas(backend), predicted, side)
    expected = float(np.median(relative_contrast(true[inside], part))) if inside.any() else 0.0
    found = float(np.median(relative_contrast(central(predicted.patches, side), part)))
    return found / expected if expected > 0 else None


def relative_contrast(patches: Array, part: Part) -> Array:
    """(K,): standard deviation over root mean square of each patch (K, n, n); independent of scale and global phase.

    It is that of the amplitude where `part` is `amplitude`, and of the complex values where it is `phase`.
    """
    values = np.abs(patches) if part == "amplitude" else patches
    energy = np.square(np.abs(values)).mean(axis=(1, 2), dtype=np.float64)
    variance = np.square(np.abs(values - values.mean(axis=(1, 2), keepdims=True))).mean(axis=(1, 2))
    share = np.divide(variance, energy, out=np.zeros_like(energy), where=energy > 0)
    return np.asarray(np.sqrt(share))
