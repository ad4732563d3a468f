"""Line charts: where things lie, gaps, and what hovering shows."""

import re

import pytest

from harness.report.panels.chart import BOTTOM, HEIGHT, LEFT, RIGHT, TOP, WIDTH, Chart, Line, Mark


def chart(y: list[float | None], **more: object) -> Chart:
    return Chart("id", "title", "step", [Line("line", "reference", list(range(len(y))), y)], **more)  # type: ignore[arg-type]


def test_a_line_fills_the_plot() -> None:
    (line,) = chart([1.0, 3.0, 2.0]).geometry()["lines"]
    ((first, highest, last),) = line["runs"]
    assert (first[0], last[0]) == (LEFT, WIDTH - RIGHT)
    assert TOP < highest[1] < last[1] < first[1] < HEIGHT - BOTTOM


@pytest.mark.parametrize("gap", [None, float("nan"), float("inf")])
def test_what_is_not_finite_leaves_a_gap_and_is_said_to_be_missing(gap: float | None) -> None:
    geometry = chart([1.0, 2.0, gap, 4.0]).geometry()
    (line,) = geometry["lines"]
    assert [len(run) for run in line["runs"]] == [2, 1]
    assert re.fullmatch(r"M[\d. ]+L[\d. ]+M[\d. ]+h0", line["path"])
    assert geometry["values"]["lines"][0]["y"] == [1.0, 2.0, None, 4.0]


def test_logarithms_have_no_place_for_zero_and_a_tick_a_decade() -> None:
    geometry = chart([0.0, 1e-6, 1e-3], log=True).geometry()
    (run,) = geometry["lines"][0]["runs"]
    assert len(run) == 2
    assert [label for _, label in geometry["y_ticks"]] == ["1e-06", "1e-05", "0.0001", "0.001"]


def test_ticks_are_round_and_inside() -> None:
    geometry = chart([0.13, 0.87]).geometry()
    assert [label for _, label in geometry["y_ticks"]] == ["0.2", "0.4", "0.6", "0.8"]
    assert all(TOP <= at <= HEIGHT - BOTTOM for at, _ in geometry["y_ticks"])


@pytest.mark.parametrize("y", [[], [None, None], [5.0], [5.0, 5.0], [0.0]])
def test_charts_without_a_range_can_be_drawn(y: list[float | None]) -> None:
    found = chart(y)
    assert found.is_empty == (not any(value is not None for value in y))
    found.geometry()


def test_marks_widen_the_axis() -> None:
    geometry = chart([1.0, 2.0], marks=[Mark(9.0, "here", "candidate")]).geometry()
    assert geometry["marks"][0][0] == WIDTH - RIGHT


def test_dots_stand_alone() -> None:
    (line,) = chart([1.0, 2.0], dots=True).geometry()["lines"]
    assert line["path"].count("h0") == 2
    assert "L" not in line["path"]


def test_what_lies_below_a_line_is_shaded() -> None:
    assert chart([1.0, 2.0], below="line").geometry()["shade"].endswith("Z")
    assert chart([1.0, 2.0], below="another").geometry()["shade"] == ""


def test_doses_stand_evenly_on_a_logarithmic_axis() -> None:
    line = Line("line", "reference", [1e3, 1e5, 1e9], [1.0, 2.0, 3.0])
    geometry = Chart("id", "title", "photons", [line], log_x=True).geometry()
    ((first, second, last),) = geometry["lines"][0]["runs"]
    assert (first[0], last[0]) == (LEFT, WIDTH - RIGHT)
    assert second[0] == pytest.approx(first[0] + (last[0] - first[0]) / 3)
    assert [label for _, label in geometry["x_ticks"]] == [f"1e{power}" for power in range(3, 10)]
    assert geometry["values"]["log"] is True


def test_bars_show_the_spread_and_widen_the_axis() -> None:
    line = Line("line", "reference", [0, 1, 2, 3], [1.0, 2.0, 1.0, None], [None, 5.0, 0.5, 1.0])
    geometry = Chart("id", "title", "step", [line]).geometry()
    ends = [float(end) for end in re.findall(r"V([\d.]+)", geometry["lines"][0]["bars"])]
    assert len(ends) == 2
    assert all(TOP < end < HEIGHT - BOTTOM for end in ends)
    assert chart([1.0, 2.0]).geometry()["lines"][0]["bars"] == ""
