"""The index over several hubs and the comparison of two, as a browser shows them."""

import shutil
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe

from harness.files import read_json, write_json
from harness.report.trend import comparison, index
from tests.unit.report.browser.conftest import NARROW, VIOLATIONS, WIDE, Open

pytestmark = pytest.mark.browser
NASTY = "<b>bold & #1"


@pytest.fixture(scope="session")
def reports(several: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two sessions and the comparison of them; in the second a rung of `green` is red, and its name is markup."""
    folder = tmp_path_factory.mktemp("trend")
    for number, name in enumerate(("first", NASTY), 1):
        copy = Path(shutil.copytree(several, folder / name))
        (copy / "manifest.json").unlink()
        summary = read_json(copy / "summary.json") | {"started": f"2026-11-0{number}T02:00:00Z"}
        if number == 2:
            case = next(case for case in summary["cases"] if case["id"] == "green")
            check = next(check for check in case["checks"] if check["rung"] == "gradient")
            check["status"] = case["status"] = "fail"
        write_json(copy / "summary.json", summary)
    comparison.write(comparison.compare(folder / "first", folder / NASTY))
    index.write(folder)
    return folder


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [WIDE, NARROW])
@pytest.mark.parametrize("name", ["index.html", f"comparisons/first..{NASTY}/index.html"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    reports: Path, opened: Open, name: str, width: int, scheme: str
) -> None:
    page = opened(reports / name, width=width, color_scheme=scheme).page
    page.evaluate("for (const one of document.querySelectorAll('details')) one.open = true")
    found = Axe().run(page, options=VIOLATIONS)
    assert found.violations_count == 0, found.generate_report()
    assert page.evaluate("document.documentElement.scrollWidth") == width


def test_one_click_from_a_sign_to_the_page_of_the_case(reports: Path, opened: Open) -> None:
    page = opened(reports / "index.html").page
    page.get_by_label(f"{NASTY}: fail").first.click()
    page.wait_for_url("**/green/index.html")
    assert page.get_by_role("heading", level=1).inner_text().startswith("green")


def test_what_changed_is_seen_without_a_click(reports: Path, opened: Open) -> None:
    page = opened(reports / "index.html").page
    row = page.get_by_role("row").filter(has_text="gradient").first
    assert row.is_visible()
    assert "worse" in row.inner_text()
    assert page.get_by_role("heading", name=NASTY).is_visible()
