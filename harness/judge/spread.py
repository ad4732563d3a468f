"""Whether the seed matters: the members of an ensemble must differ, on one side as much as on the other.

A port that ignores its seed trains the same network again and again; the mean of its members says nothing of that.
"""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
from scipy.special import fdtri

from harness.judge.findings import Findings
from harness.judge.quantities import QUANTITIES

Values = Mapping[str, Mapping[str, Sequence[float | None]]]
"""By quantity and by side, the reference first, a value for each seed."""


def judge_spread(findings: Findings, values: Values, names: Collection[str], alpha: float) -> None:
    """Add a check of each side, that its members differ, and one of each quantity, of the ratio of its variances.

    `names`: the quantities of the network, of which `values` may lack some; `alpha`: the level of the test of each.
    """
    known = {name: found for name, found in values.items() if _is_known(found)}
    if known and len(known) == len(names):  # what has no finite value is red by itself, and may be what differs
        _judge_seeds(findings, known)
    for name, found in known.items():
        (reference, first), (candidate, second) = found.items()
        least = least_ratio(first, second, alpha)
        label = f"{QUANTITIES[name].label}: variances of {candidate} and {reference} over the seeds"
        findings.measure(f"spread.{name}", least, "spread", f"{label} differ by a factor of at least")


def _judge_seeds(findings: Findings, known: Values) -> None:
    for side, first in next(iter(known.values())).items():
        alike = all(np.ptp(np.array(found[side], dtype=float)) == 0 for found in known.values())
        told = "nothing differs between its {} members; its seed acts on nothing" if alike else "its {} members differ"
        findings.demand(f"seed.{side}", not alike, f"{side}: {told.format(len(first))}")


def _is_known(found: Mapping[str, Sequence[float | None]]) -> bool:
    return all(value is not None and len(values) > 1 for values in found.values() for value in values)


def least_ratio(first: Sequence[float | None], second: Sequence[float | None], alpha: float) -> float:
    """The smallest ratio of the variances of two sides, larger over smaller, that their values allow; 1 where equal.

    The end nearer to 1 of the interval of confidence 1 - 2 alpha of the ratio, after the F distribution (normal and
    independent values). The members of two sound ports go together, which makes the interval too wide: it errs on the
    side of silence. Infinite where one side alone does not vary.
    """
    one, other = (np.asarray(values, dtype=float) for values in (first, second))
    variances = [0.0 if np.ptp(values) == 0 else float(values.var(ddof=1)) for values in (one, other)]
    small, large = sorted(variances)
    if large == 0:
        return 1.0
    if small == 0:
        return float("inf")
    return max(1.0, large / small / float(fdtri(len(one) - 1, len(other) - 1, 1 - alpha)))
