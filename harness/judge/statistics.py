"""Statistics of two sides held against each other: how many times one is the other, and by how much they differ."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from harness.judge.comparing import difference, paired
from harness.judge.evidence import Evidence, NoEvidence
from harness.judge.patches import patch_statistics
from harness.run.legs.statistics import figures

STATISTICS = ("mean", "std", "var_zero_mean")
COMPARED, ZERO, NOT_FINITE = "compared", "blocked_baseline_zero", "blocked_not_finite"


def of_side(evidence: Evidence, backend: str) -> dict[str, dict[str, float]]:
    """Mean, std and `var_zero_mean` of the amplitude: of the predicted patches, and of the covered canvas.

    `var_zero_mean` is the variance about the own mean: of the patches the mean over them, of the canvas its own.
    Raises HarnessError where evidence is missing, or no pixel is covered.
    """
    canvas = evidence.canvas(backend)
    stitched = np.abs(canvas.field[canvas.coverage > 0])
    if not stitched.size:
        raise NoEvidence(f"{evidence.folder(backend)}: no pixel of its canvas is covered, so it has no statistics.")
    patches, whole = patch_statistics(evidence, backend), figures(stitched)
    return {
        "patches": {name: patches[name] for name in STATISTICS},
        "canvas": {name: getattr(whole, name) for name in STATISTICS},
    }


def compared(
    baseline: Mapping[str, Mapping[str, float]], candidate: Mapping[str, Mapping[str, float]]
) -> dict[str, dict[str, dict[str, Any]]]:
    """Ratio and difference of every figure, by part and name: candidate over baseline, candidate minus baseline.

    A baseline of zero has no ratio (`blocked_baseline_zero`), figures that are not finite neither of the two
    (`blocked_not_finite`).
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
