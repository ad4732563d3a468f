"""What a reader sees before scrolling, what is closed until it is asked for, and commands that can be copied."""

import re
from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import expect

from harness.records.summary import Summary
from harness.report import case_files, pages
from tests.unit.report.browser.conftest import Open

pytestmark = pytest.mark.browser
PAGES = ("index.html", "small/index.html", "green/index.html")


@pytest.mark.parametrize("name", PAGES)
def test_no_two_elements_have_one_id(several: Path, name: str) -> None:
    ids = Counter(re.findall(r'\sid="([^"]+)"', (several / name).read_text()))
    assert [one for one, count in ids.items() if count > 1] == []


@pytest.mark.parametrize("name", PAGES)
def test_the_first_screen_says_what_was_compared_with_what(several: Path, opened: Open, name: str) -> None:
    found = Summary.read(several / "summary.json").provenance
    commit = f"commit {found.git_commit[:12]}" if found.git_commit else "of no commit"
    line = opened(several / name).page.locator("p.compared")
    expect(line).to_be_in_viewport()
    text = line.inner_text()
    assert text.startswith("other against toy, profile ")
    for words in (commit, f"on {found.device}", "numpy "):
        assert words in text


def test_green_sections_start_closed_and_a_link_opens_them(several: Path, opened: Open) -> None:
    page = opened(several / "green" / "index.html").page
    assert page.locator("main details.section[open]").count() == 0
    assert page.evaluate("document.documentElement.scrollHeight") < 4000
    page.locator("nav").get_by_role("link", name="pictures").click()
    expect(page.locator("#viewer")).to_be_visible()
    canvas = page.locator("#screens canvas").first
    assert canvas.evaluate("one => one.width") == canvas.evaluate(
        "one => Math.round(one.clientWidth * devicePixelRatio)"
    )


def test_red_sections_start_open(several: Path, opened: Open) -> None:
    page = opened(several / "small" / "index.html").page
    red = set(page.locator(".strip a.fail, .strip a.error").evaluate_all("all => all.map(one => one.hash.slice(1))"))
    opens = {
        "curves": {"gradient", "trajectory", "telemetry"},
        "patches-of": {"patches"},
        "scan": {"dataset", "canvas"},
    }
    for section, rungs in opens.items():
        details = page.locator(f"h2#{section} + details")
        assert details.evaluate("one => one.open") == bool(rungs & red)
    assert red & set().union(*opens.values())


@pytest.mark.parametrize("name", ["index.html", "small/index.html"])
def test_a_command_is_copied(several: Path, opened: Open, name: str) -> None:
    page = opened(several / name, permissions=["clipboard-read", "clipboard-write"]).page
    command = page.locator("code.command").first
    button = command.locator("xpath=following-sibling::button[1]")
    button.click()
    expect(button).to_have_text("Copied")
    assert page.evaluate("navigator.clipboard.readText()") == command.inner_text()


def test_the_commit_is_told_and_whether_files_differ_from_it(several: Path) -> None:
    summary = Summary.read(several / "summary.json")
    changed = summary.provenance.model_copy(update={"git_commit": "0123456789abcdef", "dirty": True})
    pages.write_session(several, summary.model_copy(update={"provenance": changed}), case_files.of_hub(several))
    assert "; commit <code>0123456789ab</code> with uncommitted changes, " in (several / "index.html").read_text()
    pages.write_session(several, summary, case_files.of_hub(several))
