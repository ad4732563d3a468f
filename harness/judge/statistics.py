"""Statistics of two sides compared with each other: ratios and differences."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.judge.comparing import difference, paired
from harness.judge.evidence import Evidence, NoEvidence
from harness.judge.patches import patch_statistics
from harness.run.legs.statistics import pixel_statistics

STATISTICS = ("mean", "std", "var_zero_mean")
COMPARED, ZERO, NOT_FINITE = "compared", "blocked_baseline_zero", "blocked_not_finite"


def of_side(evidence: Evidence, backend: str) -> dict[str, dict[str, float]]:
    """STATISTICS of the amplitude of a side: of its predicted `patches`, and of the covered part of its `canvas`.

    `var_zero_mean` is the variance about the mean: of the patches the mean of their variances, each about its own mean.
    Raises HarnessError where evidence is missing, or no pixel is covered.
    """
    canvas = evidence.canvas(backend)
    stitched = np.abs(canvas.field[canvas.coverage > 0])
    if not stitched.size:
        raise NoEvidence(f"{evidence.folder(backend)}: no pixel of its canvas is covered, so it has no statistics.")
    patches, whole = patch_statistics(evidence, backend), pixel_statistics(stitched)
    return {
        "patches": {name: patches[name] for name in STATISTICS},
        "canvas": {name: getattr(whole, name) for name in STATISTICS},
    }


def compared(
    baseline: Mapping[str, Mapping[str, float]], candidate: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Ratio (candidate over baseline) and difference (candidate minus baseline) of every statistic.

    Arguments and result are by part and by name, as `of_side` returns them. `status` is `compared`, or why there is
    no ratio: `blocked_baseline_zero`, or `blocked_not_finite`, where there is no difference either.
    """
    return {
        part: {name: _comparison(one, other) for name, one, other in paired(values, candidate[part])}
        for part, values in baseline.items()
    }


def _comparison(baseline: float | None, candidate: float | None) -> dict[str, Any]:
    gap = difference(baseline, candidate)
    ratio = candidate / baseline if gap is not None and baseline and candidate is not None else None
    status = NOT_FINITE if gap is None else ZERO if ratio is None else COMPARED
    return {"baseline": baseline, "candidate": candidate, "ratio": ratio, "difference": gap, "status": status}
