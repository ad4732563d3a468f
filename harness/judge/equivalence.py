"""Test of equivalence: are two sides equivalent, different, or undecided? Two one-sided tests on paired differences.

D. J. Schuirmann, J. Pharmacokinet. Biopharm. 15 (1987) 657: two means are equivalent at the level alpha when the
interval of confidence 1 - 2 alpha for their difference lies inside the bounds. Here they are different, at the same
level, when it lies wholly outside. The differences are taken to be normal and independent.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from scipy.special import chdtri, ndtr, stdtrit

Decision = Literal["pass", "fail", "inconclusive"]
POWER = 0.8
"""Chance that the stated number of runs decides, if mean and standard deviation are as observed."""
MOST_RUNS = 10_000
"""Largest number of runs that is stated as sufficient for a decision."""
_LEGENDRE = np.polynomial.legendre.leggauss(100)
_NODES, _WEIGHTS = (_LEGENDRE[0] + 1) / 2, _LEGENDRE[1] / 2
"""Gauss-Legendre quadrature on the interval from 0 to 1."""


@dataclass(frozen=True)
class Equivalence:
    """Result of the test of equivalence on the differences of pairs of runs."""

    decision: Decision
    """pass: equivalent; fail: different; inconclusive: the runs cannot tell."""
    mean: float
    """Mean difference."""
    low: float
    high: float
    """`low` to `high`: confidence interval, 1 - 2 alpha, of the mean; a single point when all differences are equal."""
    needed: int | None
    """Number of runs that would decide with a chance of `POWER`; None when these runs decide or MOST_RUNS would not."""

    @property
    def largest(self) -> float:
        """Largest magnitude of the mean difference within its confidence interval."""
        return max(abs(self.low), abs(self.high))


def equivalence(differences: Sequence[float], bound: float, alpha: float) -> Equivalence:
    """Test whether the mean of the paired differences of at least two runs lies between -bound and bound.

    `alpha`: the chance, at most, of a decision that is wrong: of `pass` when the true mean lies beyond the bounds,
    and of `fail` when it lies within.
    """
    values = np.asarray(differences, dtype=np.float64)
    mean, deviation = float(values.mean()), 0.0 if np.ptp(values) == 0 else float(values.std(ddof=1))
    half = float(stdtrit(len(values) - 1, 1 - alpha)) * deviation / math.sqrt(len(values))
    low, high = mean - half, mean + half
    decision: Decision = "inconclusive"
    if -bound <= low and high <= bound:
        decision = "pass"
    elif low > bound or high < -bound:
        decision = "fail"
    needed = runs_needed(mean, deviation, bound, alpha) if decision == "inconclusive" else None
    return Equivalence(decision, mean, low, high, needed)


def power(mean: float, deviation: float, bound: float, alpha: float, runs: int) -> float:
    """Chance that a number of runs decides correctly when the differences have this true mean and standard deviation.

    For a sample deviation of u times the true one, the test decides when the sample mean, which is normally
    distributed, falls into an interval. The chance of that is averaged over u, the root of a chi-square variable over
    its degrees of freedom.
    """
    degrees, error = runs - 1, deviation / math.sqrt(runs)
    half = stdtrit(degrees, 1 - alpha) * np.sqrt(chdtri(degrees, 1 - _NODES) / degrees)
    if abs(mean) > bound:
        given_u = ndtr((abs(mean) - bound) / error - half)
    else:
        given_u = np.maximum(0, ndtr((bound - mean) / error - half) - ndtr(half - (bound + mean) / error))
    return float(_WEIGHTS @ given_u)


def runs_needed(mean: float, deviation: float, bound: float, alpha: float) -> int | None:
    """Smallest number of runs whose `power` reaches POWER; None when MOST_RUNS do not, as for a mean on the bound."""
    few, enough = 2, 3
    while power(mean, deviation, bound, alpha, enough) < POWER:
        if enough == MOST_RUNS:
            return None
        few, enough = enough, min(2 * enough, MOST_RUNS)
    while enough - few > 1:
        middle = (few + enough) // 2
        few, enough = (few, middle) if power(mean, deviation, bound, alpha, middle) >= POWER else (middle, enough)
    return enough
