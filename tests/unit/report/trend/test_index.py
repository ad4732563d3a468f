"""The page over all hubs of a folder."""

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.report.trend import index
from harness.report.trend.sparkline import HEIGHT, WIDTH, sparkline


class Balance(HTMLParser):
    """Raises where an element is closed that is not open."""

    VOID = ("meta", "br")

    def __init__(self, text):
        super().__init__()
        self.open = []
        self.text = ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        if tag not in self.VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag, attrs):
        pass

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if "style" not in self.open:
            self.text += data + " "


def shown(path: Path) -> str:
    """The text of a page, its elements balanced."""
    page = Balance(path.read_text())
    assert page.open == []
    return re.sub(r"\s+", " ", page.text)


@pytest.fixture
def page(hubs):
    """Writes the index over what lies in the folder of hubs; returns its text."""

    def write():
        index.write(hubs.folder)
        return shown(hubs.folder / "index.html")

    return write


def red(hubs):
    return hubs.case(status="fail", checks=[hubs.check("gradient", status="fail", margin=-2.0)])


def test_sessions_changes_and_figures_are_on_the_page(hubs, page):
    hubs.write("first", hubs.case(), day=1)
    hubs.write("second", red(hubs), day=2)
    text = page()
    assert "2 sessions, 1 cases" in text
    assert "The newest: second ✗ fail 0 of 1 cases passed" in text
    assert "▼ worse gs1, stable, tensorflow / torch gradient pass, margin 0.5 fail, margin -2" in text
    assert "torch amplitude ssim" in text
    assert "torch / tensorflow, ms a step" in text
    assert "first 2026-11-01T02:00:00Z ✓ pass" in text
    assert "second 2026-11-02T02:00:00Z ✗ fail" in text


def test_what_it_returns_is_the_oldest_first(hubs):
    hubs.write("b", hubs.case(), day=1)
    hubs.write("a", red(hubs), day=2)
    assert [(s.hub, s.status) for s in index.write(hubs.folder)] == [("b", "pass"), ("a", "fail")]


def test_a_hub_that_cannot_be_read_is_named_and_the_others_are_shown(hubs, page):
    hubs.write("good", hubs.case())
    hubs.write("old", hubs.case(), schema_version="0.9")
    text = page()
    assert "old is not in what follows. old/summary.json: schema_version is '0.9'" in text
    assert "1 sessions" in text


def test_nothing_that_a_person_may_have_named_is_taken_for_markup(hubs, page):
    nasty = '<img src=x onerror="alert(1)"> & #'
    hubs.write(nasty, hubs.case(overrides={nasty: nasty}, checks=[hubs.check(nasty, nasty)]), day=1)
    worse = hubs.case(overrides={nasty: nasty}, checks=[hubs.check(nasty, nasty, "fail", -1.0)])
    hubs.write(nasty + "2", worse, day=2)
    text = page()
    source = (hubs.folder / "index.html").read_text()
    assert "<img" not in source
    assert nasty in text


def test_every_link_leads_into_the_folder(hubs, page):
    hubs.write("one #1", hubs.case(), day=1)
    page()
    links = set(re.findall(r'(?:href|src)="([^"]*)"', (hubs.folder / "index.html").read_text()))
    assert links == {"one%20%231/index.html", "one%20%231/gs1/index.html"}


def test_a_session_without_a_case_and_one_that_did_not_end(hubs, page):
    hubs.write("empty", day=1)
    hubs.write("killed", hubs.case(), day=2, finished=None)
    text = page()
    assert "has not come to its end" in text
    assert "Nothing: every figure" in text


def test_a_folder_without_a_hub(hubs):
    assert not index.is_folder_of_hubs(hubs.folder)
    with pytest.raises(HarnessError, match="holds no hub"):
        index.write(hubs.folder)


def test_a_hub_is_no_folder_of_hubs(hubs):
    folder = hubs.write("one", hubs.case())
    hubs.folder = folder
    hubs.write("inner", hubs.case())
    assert not index.is_folder_of_hubs(folder)


def test_a_night_keeps_its_own_page(hubs):
    folder = hubs.write("nightly-1/stable", hubs.case()).parent
    (folder / "nightly.json").write_text("{}")
    assert not index.is_folder_of_hubs(folder)
    assert index.is_folder_of_hubs(hubs.folder)


def test_the_curve_of_known_values():
    """The lowest at the bottom, the highest at the top, the last at the right, a gap in between."""
    curve = sparkline([0.0, 1.0, None, 0.5], list("abcd"), 0.0, 1.0, level=0.0)
    assert [(dot.x, dot.y, dot.label) for dot in curve.dots] == [
        (4.0, HEIGHT - 4.0, "a"),
        (pytest.approx(4 + (WIDTH - 8) / 3, abs=0.1), 4.0, "b"),
        (WIDTH - 4.0, HEIGHT / 2, "d"),
    ]
    assert curve.lines == [f"4,{HEIGHT - 4} {curve.dots[1].x:g},4"]
    assert curve.level == HEIGHT - 4.0


def test_values_beyond_the_range_lie_on_its_edge_and_a_single_one_in_the_picture():
    curve = sparkline([-300.0, 7.0], ["a", "b"], -1.0, 1.0)
    assert [dot.y for dot in curve.dots] == [HEIGHT - 4.0, 4.0]
    (dot,) = sparkline([3.0], ["a"], 3.0, 3.0).dots
    assert (dot.x, dot.y) == (4.0, HEIGHT / 2)
