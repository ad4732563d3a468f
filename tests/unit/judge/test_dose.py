"""Does the quality fall as the dose rises: what is a fall, what is noise, and what tells neither."""

import numpy as np
import pytest
from scipy import stats

from harness.judge import dose

LOW, HIGH = [0.80, 0.82, 0.81], [0.95, 0.96, 0.94]


def statuses(*qualities: list[float | None]) -> list[str]:
    doses = {10.0 ** (3 + number): values for number, values in enumerate(qualities)}
    return [check.status for check in dose.judge({"side": doses}).checks]


def test_a_rise_and_a_fall() -> None:
    assert statuses(LOW, HIGH) == ["pass"]
    assert statuses(HIGH, LOW) == ["fail"]
    assert statuses(LOW, HIGH, LOW) == ["pass", "fail"]


def test_doses_are_taken_as_numbers_whatever_their_order() -> None:
    [check] = dose.judge({"side": {1e10: HIGH, 1e9: LOW}}).checks
    assert (check.name, check.status) == ("side.1e9-1e10", "pass")


def test_a_fall_within_the_spread_is_noise() -> None:
    assert statuses([0.96, 0.90, 0.93], [0.95, 0.89, 0.93]) == ["pass"]


def test_the_decision_is_that_of_welchs_test() -> None:
    """Around the level, in two hundred draws of both kinds."""
    generator = np.random.default_rng(5)
    for _ in range(200):
        below, above = generator.normal(1.0, 0.02, 4).tolist(), generator.normal(0.96, 0.05, 3).tolist()
        p = stats.ttest_ind(below, above, equal_var=False, alternative="greater").pvalue
        assert statuses(below, above) == ["fail" if p < dose.LEVEL else "pass"]


def test_the_level_is_shared_among_the_pairs_of_a_line() -> None:
    """Equal qualities on a curve of seven doses: called falling in a twentieth of the studies at most."""
    generator = np.random.default_rng(6)
    studies = [statuses(*generator.normal(0.9, 0.01, (7, 3)).tolist()) for _ in range(400)]
    red = sum("fail" in study for study in studies)
    assert stats.binomtest(red, len(studies), dose.LEVEL, alternative="greater").pvalue > 0.01


def test_one_seed_never_passes() -> None:
    assert statuses([0.8], [0.9]) == statuses([0.9], [0.8]) == statuses(LOW, [0.9]) == ["inconclusive"]


def test_where_nothing_varies_the_means_decide() -> None:
    assert statuses([0.8] * 3, [0.8] * 3) == ["pass"]
    assert statuses([0.8] * 3, [0.8 - 1e-9] * 3) == ["fail"]


@pytest.mark.parametrize("pair", [([0.8, None, 0.8], HIGH), (LOW, [None, None, None]), ([None], [0.9])])
def test_what_has_no_finite_value_fails(pair: tuple[list[float | None], list[float | None]]) -> None:
    assert statuses(*pair) == ["fail"]


def test_a_check_says_what_was_found() -> None:
    [check] = dose.judge({"torch nll": {1e3: HIGH, 1e5: LOW}}).checks
    assert check.name == "torch nll.1e3-1e5"
    assert check.value == pytest.approx(0.14)
    assert 0 < check.limit < check.value
    assert check.margin == pytest.approx(1 - check.value / check.limit)
    assert "from 1e3 to 1e5 photons: the mean falls by 0.14;" in check.message
    [rise] = dose.judge({"torch": {1e3: LOW, 1e5: HIGH}}).checks
    assert rise.margin == 1.0
    assert "rises by 0.14;" in rise.message
