"""The page of a session, as its reader uses it."""

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.unit.report.browser.conftest import Open

pytestmark = pytest.mark.browser


def cases(page: Page) -> list[str]:
    """The cases that are shown, from top to bottom."""
    return page.locator("#matrix tbody tr:visible th a").all_inner_texts()


def test_the_worst_come_first(several: Path, opened: Open) -> None:
    page = opened(several / "index.html").page
    assert cases(page) == ["small", "other", "green"]
    expect(page.locator("#shown")).to_have_text("3 of 3 cases")


def test_filters_by_text_status_and_rung(several: Path, opened: Open) -> None:
    page = opened(several / "index.html").page
    page.get_by_label("Find").fill("GREEN")
    assert cases(page) == ["green"]
    page.get_by_role("button", name="Show all").click()
    expect(page.locator("#shown")).to_have_text("3 of 3 cases")
    page.get_by_label("pass").check()
    assert cases(page) == ["green"]
    page.get_by_label("at rung").select_option("dataset")
    assert cases(page) == ["small", "other", "green"]
    page.get_by_label("at rung").select_option("patches")
    page.get_by_label("pass").uncheck()
    page.get_by_label("inconclusive").check()
    assert cases(page) == ["other"]


def test_a_view_can_be_sent_on(several: Path, opened: Open) -> None:
    page = opened(several / "index.html").page
    page.get_by_label("at rung").select_option("patches")
    page.get_by_label("inconclusive").check()
    page.get_by_role("button", name="case").click()
    assert page.url.endswith("#rung=patches&status=inconclusive&sort=name")
    again = opened(several / "index.html", anchor="#rung=patches&status=inconclusive&sort=name").page
    assert cases(again) == ["other"]
    expect(again.locator("th[data-sort=name]")).to_have_attribute("aria-sort", "ascending")


def test_an_address_that_means_nothing_shows_all(several: Path, opened: Open) -> None:
    page = opened(several / "index.html", anchor="#rung=moon&sort=-sun&status=").page
    assert len(cases(page)) == 3


def test_sorts_by_keyboard(several: Path, opened: Open) -> None:
    page = opened(several / "index.html").page
    button = page.get_by_role("button", name="case")
    button.focus()
    page.keyboard.press("Enter")
    assert cases(page) == ["green", "other", "small"]
    page.keyboard.press("Enter")
    assert cases(page) == ["small", "other", "green"]
    expect(page.locator("th[data-sort=name]")).to_have_attribute("aria-sort", "descending")


def test_a_cell_leads_to_its_evidence(several: Path, opened: Open) -> None:
    page = opened(several / "index.html").page
    page.get_by_role("link", name="other, patches: inconclusive").click()
    page.wait_for_selector("#viewer[data-ready]", state="attached")
    heading = page.locator("h3#patches")
    expect(heading).to_be_in_viewport()
    expect(heading.locator("xpath=following-sibling::details[1]")).to_have_attribute("open", "")


def test_a_link_opens_what_is_folded(several: Path, opened: Open) -> None:
    page = opened(several / "other" / "index.html", anchor="#dataset").page
    expect(page.locator("h3#dataset ~ details").first).to_have_attribute("open", "")
    expect(page.locator("h3#step ~ details").first).not_to_have_attribute("open", "")


def test_status_is_told_by_a_sign_and_by_words(several: Path, opened: Open) -> None:
    page = opened(several / "index.html").page
    cell = page.locator("tr[data-name=small] td[data-rung=stages] a")
    assert cell.inner_text().startswith("✗")
    assert cell.inner_text().endswith("small, stages: fail")


def test_readable_without_scripts(several: Path, opened: Open) -> None:
    page = opened(several / "index.html", java_script_enabled=False).page
    assert cases(page) == ["small", "other", "green"]
    expect(page.locator("#filters")).to_be_hidden()
