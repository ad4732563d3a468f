"""Statistics of predicted patches: a network that collapsed predicts patches without contrast."""

from typing import Any

import numpy as np

from harness.arrays import Array

DIFFRACTED = 64
"""Patterns whose prediction is diffracted, whole groups evenly spread over those of the test half: all of them would
take seconds a case, and the measured patterns that they are held against are of the same groups."""


def central(patches: Array, side: int) -> Array:
    """The central `side` x `side` pixels of patches (..., N, N)."""
    first = patches.shape[-1] // 2 - side // 2
    return patches[..., first : first + side, first : first + side]


def figures(values: Array) -> list[dict[str, Any]]:
    """Mean, std, `var_zero_mean`, min, max and count of values that are not finite, of each of (K, n, n)."""
    return [_figures_of(value.astype(np.float64)) for value in values]


def _figures_of(values: Array) -> dict[str, Any]:
    """`var_zero_mean` is the variance of the patch after its own mean is taken away: contrast, whatever its level."""
    return {
        "mean": values.mean(),
        "std": values.std(),
        "var_zero_mean": np.square(values - values.mean()).mean(),
        "min": values.min(),
        "max": values.max(),
        "nonfinite": int(np.count_nonzero(~np.isfinite(values))),
    }


def summary(values: Array) -> dict[str, Any]:
    """Figures of all patches (K, n, n) together; the variances are of each patch by itself."""
    values = values.astype(np.float64)
    variances = np.array([entry["var_zero_mean"] for entry in figures(values)])
    return {
        "mean": values.mean(),
        "std": values.std(),
        "var_zero_mean": variances.mean(),
        "var_zero_mean_min": variances.min(),
        "var_zero_mean_median": np.median(variances),
        "count": len(values),
        "nonfinite": int(np.count_nonzero(~np.isfinite(values))),
    }


def listing(patches: Array, side: int) -> list[dict[str, Any]]:
    """Figures of each patch (G, N, N, C), amplitude and phase, by group and channel."""
    rows = []
    for group, members in enumerate(np.moveaxis(patches, -1, 1)):
        inside = central(members, side)
        pairs = zip(figures(np.abs(inside)), figures(np.angle(inside)), strict=True)
        rows += [
            {"group": group, "channel": channel, "amplitude": amplitude, "phase": phase}
            for channel, (amplitude, phase) in enumerate(pairs)
        ]
    return rows


def diffracted_groups(groups: int, members: int) -> Array:
    """Rows of the test groups whose prediction the oracle diffracts, of so many groups of so many members."""
    return np.linspace(0, groups - 1, min(groups, max(1, DIFFRACTED // members))).astype(int)
