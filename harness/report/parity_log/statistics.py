"""Statistics of diffraction patterns and of a probe, as plain numbers for `parity_log.json`."""

from typing import Any

import numpy as np

from harness.dataset.grouped import GroupedData

Array = np.ndarray

PERCENTILES = {"p01": 1, "p10": 10, "median": 50, "p90": 90, "p99": 99}
STATISTICS = ("min", "max", "mean", "std", "median", "p01", "p10", "p90", "p99", "nonzero_fraction", "count")


def diffraction(amplitude: Array) -> dict[str, Any]:
    """Statistics over all pixels of all patterns (M, N, N), in the units of `amplitude`."""
    values = amplitude.astype(np.float64)
    levels = np.percentile(values, list(PERCENTILES.values()))
    found = {
        "min": values.min(),
        "max": values.max(),
        "mean": values.mean(),
        "std": values.std(),
        **dict(zip(PERCENTILES, levels, strict=True)),
        "nonzero_fraction": np.count_nonzero(values) / values.size,
        "count": values.size,
    }
    return {name: found[name] for name in STATISTICS}


def grouped(data: GroupedData) -> dict[str, Any]:
    """Statistics over the patterns that are in any group, each counted once, and the numbers of patterns and groups."""
    drawn = np.unique(data.groups)
    counts = {"patterns": int(data.groups.size), "unique_scans": len(drawn), "groups": len(data.groups)}
    return {**diffraction(data.X[drawn]), **counts}


def probe(field: Array) -> dict[str, Any]:
    """Percentiles of amplitude and phase (radians) of a probe (N, N) complex, and its L2 norm."""
    return {
        "amplitude": _levels(np.abs(field)),
        "phase": _levels(np.angle(field)),
        "l2_norm": float(np.linalg.norm(field)),
        "shape": list(field.shape),
    }


def _levels(values: Array) -> dict[str, float]:
    return dict(zip(PERCENTILES, map(float, np.percentile(values, list(PERCENTILES.values()))), strict=True))
