"""Both pages, light and dark, wide and narrow: nothing hidden from anyone, nothing cut off."""

from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.unit.report.browser.conftest import NARROW, VIOLATIONS, WIDE, Open

pytestmark = pytest.mark.browser
PAGES = ("index.html", "small/index.html", "green/index.html")


CONTRAST = {"runOnly": ["color-contrast"]}
"""All that a scheme, or the signs of another case, change; the other pages in the light scheme are looked at whole."""


@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", ["index.html", "small/index.html"])
def test_axe_finds_nothing(several: Path, opened: Open, name: str, width: int) -> None:
    assert_sound(opened(several / name, width=width).page, {})


@pytest.mark.parametrize(("name", "scheme"), [*((name, "dark") for name in PAGES), ("green/index.html", "light")])
def test_everything_can_be_read(several: Path, opened: Open, name: str, scheme: str) -> None:
    assert_sound(opened(several / name, color_scheme=scheme).page, CONTRAST)


def assert_sound(page: Page, rules: dict[str, list[str]]) -> None:
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page, options={**rules, **VIOLATIONS})
    assert found.response["passes"]
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("view", ["blink", "slider"])
def test_axe_finds_nothing_in_the_other_views(several: Path, opened: Open, view: str) -> None:
    page = opened(several / "small" / "index.html").page
    page.get_by_label(view).check()
    found = Axe().run(page, options=VIOLATIONS)
    assert found.violations_count == 0, found.generate_report()


@pytest.mark.parametrize("name", PAGES)
def test_a_narrow_screen_scrolls_only_down(several: Path, opened: Open, name: str) -> None:
    page = opened(several / name, width=NARROW).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    assert page.evaluate("document.documentElement.scrollWidth") == NARROW


def test_dark_is_dark(several: Path, opened: Open) -> None:
    colours = {
        scheme: opened(several / "index.html", color_scheme=scheme).page.evaluate(
            "getComputedStyle(document.body).backgroundColor"
        )
        for scheme in ("light", "dark")
    }
    assert colours == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 24, 30)"}
