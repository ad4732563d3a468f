"""Dose rung: does the quality of a side fall as the dose rises? More photons only add information about the object.

Each dose has a quality for every seed of training. Of two doses, one after the other, the mean quality at the higher
must not be below that at the lower one by more than the noise over the seeds: Welch's one-sided t-test for unequal
variances (B. L. Welch, Biometrika 34 (1947) 28; `scipy.stats.ttest_ind`), its level shared among the pairs of doses of
one curve (Bonferroni). With one seed at either dose the noise is unknown, and the check is inconclusive.
"""

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

import numpy as np

from harness.judge.comparing import not_finite
from harness.judge.evidence import Evidence
from harness.judge.metrics import METRICS
from harness.judge.reconstructions import measured_against_truth
from harness.judge.rungs.ensemble import members
from harness.judge.truth import parts_with_a_picture
from harness.judge.verdict import CONTRACT, Check, RungVerdict, Status
from harness.scenario.matrix import label

RUNG = "dose"
QUALITY = "pearson_r"
"""The metric that is judged; the other DOSE_METRICS are only reported."""
DOSE_METRICS = {metric.name: metric.title for metric in METRICS if metric.title}
"""Metrics that a dose study draws over the dose, each with the title of its chart."""
LEVEL = 0.05
"""Chance of a false alarm, over all pairs of doses of a curve: that equal qualities are called falling."""

Values = Sequence[float | None]
"""One metric, a value for each seed; None where it is not finite."""


def qualities(evidence: Evidence, backend: str) -> dict[str, list[float | None]]:
    """DOSE_METRICS of a side, a value for each seed: of its leading part (`parts_with_a_picture`) against the truth.

    Raises HarnessError where the evidence of a seed is missing.
    """
    found = [_metrics(run, backend) for run in members(evidence)]
    return {name: [metrics.get(name) for metrics in found] for name in DOSE_METRICS}


def _metrics(run: Evidence, backend: str) -> Mapping[str, float | None]:
    """METRICS of the leading part of a side against the truth; an empty mapping where its picture is not finite."""
    if not_finite(run.canvas(backend).field):
        return {}
    metrics: Mapping[str, float | None] = measured_against_truth(run, backend)[1][parts_with_a_picture(run)[0]]
    return metrics


def judge(curves: Mapping[str, Mapping[float, Values]]) -> RungVerdict:
    """Compare the quality at every dose with that at the next lower dose.

    `curves`: by the name of the curve, and then by dose, the quality for each seed.
    """
    return RungVerdict(RUNG, tuple(check for name, doses in curves.items() for check in _curve_checks(name, doses)))


def _curve_checks(name: str, doses: Mapping[float, Values]) -> Iterator[Check]:
    rising = sorted(doses)
    for lower, higher in pairwise(rising):
        yield _step(name, lower, higher, doses[lower], doses[higher], LEVEL / (len(rising) - 1))


def _step(name: str, lower: float, higher: float, below: Values, above: Values, level: float) -> Check:
    where = f"{name}, {QUALITY} from {label(lower)} to {label(higher)} photons"
    fall, noise = None, None
    if any(value is None for value in (*below, *above)):
        status: Status = "fail"
        message = f"{where}: a seed has no finite value"
    elif min(len(below), len(above)) < 2:
        status = "inconclusive"
        message = f"{where}: one seed a dose does not tell the noise; ask with --parity-override ensemble.seeds=3"
    else:
        fall, noise = fall_and_noise(below, above, level)
        status = "fail" if fall > noise else "pass"
        change = f"the mean {'falls' if fall > 0 else 'rises'} by {abs(fall):.3g}"
        message = f"{where}: {change}; the noise over {len(above)} seeds allows a fall of {noise:.3g}"
    margin = min(1.0, 1 - fall / noise) if fall is not None and noise else None
    return Check(RUNG, f"{name}.{label(lower)}-{label(higher)}", status, fall, noise, margin, CONTRACT, message)


def fall_and_noise(below: Values, above: Values, level: float) -> tuple[float, float]:
    """How far the mean quality falls from the lower to the higher dose, and the largest fall that noise explains.

    `below` and `above`: the qualities at the lower and at the higher dose, at least two each, all finite. A fall is
    significant at `level` where the confidence interval of Welch's test excludes zero. Where the qualities of neither
    dose vary, the noise is 0 and the means decide.
    """
    from scipy import stats  # loads slowly, and few sessions have a dose study

    fall = float(np.mean(np.asarray(below, float)) - np.mean(np.asarray(above, float)))
    if np.ptp(np.asarray(below, float)) == 0 == np.ptp(np.asarray(above, float)):
        return fall, 0.0
    test = stats.ttest_ind(below, above, equal_var=False, alternative="greater")
    noise = fall - float(test.confidence_interval(1 - level).low)
    return fall, noise
