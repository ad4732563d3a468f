"""The test of equivalence on samples whose truth is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from harness.judge.equivalence import MOST_RUNS, POWER, equivalence, power, runs_needed

ALPHA, BOUND, DEVIATION = 0.05, 1.0, 0.8
TRIALS = 2000


def shares(mean: float, runs: int) -> dict[str, float]:
    """How often each decision is made of so many normal differences."""
    samples = np.random.default_rng(7).normal(mean, DEVIATION, (TRIALS, runs))
    half = stats.t.ppf(1 - ALPHA, runs - 1) * samples.std(axis=1, ddof=1) / np.sqrt(runs)
    low, high = samples.mean(axis=1) - half, samples.mean(axis=1) + half
    some = [equivalence(sample, BOUND, ALPHA) for sample in samples[:50]]  # the function itself, then its rule
    assert [one.low for one in some] == pytest.approx(low[:50])
    assert [one.high for one in some] == pytest.approx(high[:50])
    inside, outside = (low >= -BOUND) & (high <= BOUND), (low > BOUND) | (high < -BOUND)
    decisions = np.select([inside, outside], ["pass", "fail"], "inconclusive")
    assert [one.decision for one in some] == list(decisions[:50])
    return {name: float(np.mean(decisions == name)) for name in ("pass", "fail", "inconclusive")}


def test_a_worked_example():
    """Mean 2, deviation 1, three runs: half a width of t(0.95, 2) / sqrt(3) = 2.919986 / 1.732051 = 1.685854."""
    found = equivalence([1.0, 2.0, 3.0], 4.0, 0.05)
    assert (found.mean, found.low, found.high) == pytest.approx((2.0, 0.314146, 3.685854), abs=1e-6)
    assert (found.decision, found.needed, found.largest) == ("pass", None, pytest.approx(3.685854, abs=1e-6))
    assert equivalence([1.0, 2.0, 3.0], 0.3, 0.05).decision == "fail"
    assert equivalence([1.0, 2.0, 3.0], 1.0, 0.05).decision == "inconclusive"


@pytest.mark.parametrize("mean", [BOUND, -BOUND])
@pytest.mark.parametrize("runs", [4, 16])
def test_on_the_bound_both_errors_are_made_at_the_level(mean, runs):
    found = shares(mean, runs)
    spread = 3.5 * np.sqrt(ALPHA * (1 - ALPHA) / TRIALS)
    assert found["fail"] == pytest.approx(ALPHA, abs=spread)
    assert found["pass"] <= ALPHA + spread
    assert runs == 4 or found["pass"] == pytest.approx(ALPHA, abs=spread)


@pytest.mark.parametrize("mean", [0.0, 0.3, 1.7, -1.7])
def test_the_power_is_what_is_computed(mean):
    right = "pass" if abs(mean) < BOUND else "fail"
    computed = power(mean, DEVIATION, BOUND, ALPHA, 12)
    assert 0.7 < computed < 1
    assert shares(mean, 12)[right] == pytest.approx(computed, abs=0.035)


@given(st.lists(st.floats(-3, 3), min_size=3, max_size=20))
def test_the_sides_can_be_swapped(differences):
    one, other = equivalence(differences, BOUND, ALPHA), equivalence([-d for d in differences], BOUND, ALPHA)
    assert one.decision == other.decision
    assert one.needed == other.needed
    assert (one.low, one.high) == pytest.approx((-other.high, -other.low))


@pytest.mark.parametrize(("value", "decision"), [(0.0, "pass"), (0.1, "pass"), (1.0, "pass"), (-1.1, "fail")])
def test_where_nothing_varies_the_mean_decides(value, decision):
    found = equivalence([value] * 5, BOUND, ALPHA)
    assert (found.decision, found.low, found.high, found.needed) == (decision, value, value, None)


@pytest.mark.parametrize("mean", [0.0, 0.6, -0.6, 1.4])
def test_the_number_of_runs_is_the_least_that_decides(mean):
    needed = runs_needed(mean, DEVIATION, BOUND, ALPHA)
    assert power(mean, DEVIATION, BOUND, ALPHA, needed) >= POWER > power(mean, DEVIATION, BOUND, ALPHA, needed - 1)
    right = "pass" if abs(mean) < BOUND else "fail"
    assert shares(mean, needed)[right] == pytest.approx(power(mean, DEVIATION, BOUND, ALPHA, needed), abs=0.035)


def test_no_number_of_runs_decides_on_the_bound():
    assert runs_needed(BOUND, DEVIATION, BOUND, ALPHA) is None
    assert power(0.985, DEVIATION, BOUND, ALPHA, MOST_RUNS) < POWER


def test_what_is_undecided_says_how_many_runs_it_takes():
    found = equivalence([-0.8, 0.9, 0.4, -0.5], BOUND, 0.01)
    assert found.decision == "inconclusive"
    assert found.needed > 4
