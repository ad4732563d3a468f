"""Statistics of predicted patches: a network that collapsed predicts patches without contrast."""

import numpy as np

from harness.arrays import Array
from harness.records.patch_stats import PatchRecord, PatchStatistics, PatchSummary

DIFFRACTED = 64
"""Number of patterns whose prediction is diffracted, in whole groups evenly spread over the test half.

All of them would take seconds a case. The measured patterns that they are compared with are of the same groups.
"""


def central(patches: Array, side: int) -> Array:
    """The central `side` x `side` pixels of patches (..., N, N)."""
    first = patches.shape[-1] // 2 - side // 2
    return patches[..., first : first + side, first : first + side]


def pixel_statistics(patch: Array) -> PatchStatistics:
    """Statistics of the values (n, n) of one patch, computed in float64."""
    values = patch.astype(np.float64)
    return PatchStatistics(
        mean=values.mean(),
        std=values.std(),
        var_zero_mean=_contrast(values),
        min=values.min(),
        max=values.max(),
        nonfinite=_nonfinite(values),
    )


def summarise(patches: Array) -> PatchSummary:
    """Statistics over all patches (K, n, n), computed in float64; the variances are those of each patch by itself."""
    values = patches.astype(np.float64)
    variances = np.array([_contrast(patch) for patch in values])
    return PatchSummary(
        mean=values.mean(),
        std=values.std(),
        var_zero_mean=variances.mean(),
        var_zero_mean_min=variances.min(),
        var_zero_mean_median=np.median(variances),
        count=len(values),
        nonfinite=_nonfinite(values),
    )


def _contrast(values: Array) -> np.floating:
    """The variance of a patch after its own mean is taken away, whatever its level."""
    return np.square(values - values.mean()).mean()


def _nonfinite(values: Array) -> int:
    return int(np.count_nonzero(~np.isfinite(values)))


def patch_records(patches: Array, side: int) -> tuple[PatchRecord, ...]:
    """Statistics of each patch (G, N, N, C), amplitude and phase in its central `side` pixels, by group and channel."""
    inside = central(np.moveaxis(patches, -1, 1), side)
    return tuple(
        PatchRecord(
            group=group,
            channel=channel,
            amplitude=pixel_statistics(np.abs(patch)),
            phase=pixel_statistics(np.angle(patch)),
        )
        for group, members in enumerate(inside)
        for channel, patch in enumerate(members)
    )


def diffracted_groups(groups: int, members: int) -> Array:
    """Rows of the test groups whose prediction the oracle diffracts, of `groups` groups of `members` patterns each."""
    return np.linspace(0, groups - 1, min(groups, max(1, DIFFRACTED // members))).astype(int)
