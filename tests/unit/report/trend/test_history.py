"""Sessions in a row, and the one in which a figure became what it is."""

import pytest

from harness.report.trend.history import changes_by_session, histories
from harness.report.trend.quantities import QUALITY_NOISE, Quantity


@pytest.fixture
def row(hubs):
    """One history of cases, a session a day."""

    def write(*cases, **more):
        sessions = [hubs.session(f"day{day}", case, day=day, **more) for day, case in enumerate(cases, 1)]
        (history,) = histories(sessions)
        return history

    return write


def series_of(history, kind, text):
    return next(series for series in history.series if series.name == Quantity(kind, text))


def with_ssim(hubs, value):
    return hubs.case(backends={"tensorflow": hubs.side(), "torch": hubs.side(ssim=value)})


def test_the_first_session_in_which_a_rung_was_red(hubs, row):
    red = hubs.case(status="fail", checks=[hubs.check("gradient", status="fail", margin=-2.0)])
    sound = hubs.case(checks=[hubs.check("gradient")])
    history = row(sound, sound, red, red, sound)
    series = series_of(history, "rung", "gradient")
    assert [(session.name, change.verdict) for session, change in series.changes] == [
        ("day3", "worse"),
        ("day5", "better"),
    ]
    assert series.since.name == "day5"
    assert [(s.name, [c.before for c in changes]) for s, changes in changes_by_session([history])] == [
        ("day5", ["fail, margin -2"]),
        ("day3", ["pass, margin 0.5"]),
    ]


def test_a_figure_within_its_noise_is_as_it_was_since_it_was_first_seen(hubs, row):
    series = series_of(row(*(with_ssim(hubs, v) for v in (0.8, 0.85, 0.75, 0.8))), "quality", "torch amplitude ssim")
    assert series.changes == []
    assert series.since.name == "day1"
    assert series.newest == 0.8


def test_a_figure_that_creeps_down_is_found_where_it_left_the_noise(hubs, row):
    """Each step alone is noise; the third is beyond it, from what the figure was when it was first seen."""
    step = 0.4 * QUALITY_NOISE["ssim"]
    values = [0.8 - number * step for number in range(4)]
    series = series_of(row(*(with_ssim(hubs, value) for value in values)), "quality", "torch amplitude ssim")
    assert [(session.name, change.verdict) for session, change in series.changes] == [("day4", "worse")]


def test_a_figure_that_was_not_to_be_had_leaves_a_gap(hubs, row):
    series = series_of(row(*(with_ssim(hubs, v) for v in (0.8, None, 0.6))), "quality", "torch amplitude ssim")
    assert series.values == [0.8, None, 0.6]
    assert [session.name for session, _ in series.changes] == ["day3"]
    assert series.newest == 0.6


def test_a_rung_that_a_session_was_not_asked_for_is_not_gone(hubs, row):
    alone = hubs.case(checks=[hubs.check("gradient")])
    assert all(series.changes == [] for series in row(hubs.case(), alone, hubs.case()).series)


def test_a_case_that_was_asked_in_another_way_is_another_history(hubs):
    asked = [
        hubs.case(fault="scale.off@torch", status="fail"),
        hubs.case(overrides={"training.seed": "7"}),
        hubs.case(profile="smoke"),
        hubs.case(),
        hubs.case(),
    ]
    found = histories([hubs.session(f"day{day}", case, day=day) for day, case in enumerate(asked, 1)])
    assert [(history.title, len(history.sessions)) for history in found] == [
        ("gs1, smoke, tensorflow / torch", 1),
        ("gs1, stable, tensorflow / torch", 2),
        ("gs1, stable, tensorflow / torch, injected fault scale.off@torch", 1),
        ("gs1, stable, tensorflow / torch, training.seed=7", 1),
    ]
    assert changes_by_session(found) == []


def test_the_speed_is_a_ratio_whatever_the_machine(hubs, row):
    def timed(reference, candidate):
        return hubs.case(backends={"tensorflow": hubs.side(reference), "torch": hubs.side(candidate)})

    series = series_of(row(timed(20, 22), timed(200, 220), timed(20, 44)), "speed", "torch / tensorflow")
    assert series.values == pytest.approx([1.1, 1.1, 2.2])
    assert [session.name for session, _ in series.changes] == ["day3"]
