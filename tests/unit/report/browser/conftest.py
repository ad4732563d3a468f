"""Pages in the system's Chromium, watched: what a page asks for, and what goes wrong in it."""

import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from harness import layout
from harness.files import read_json, write_json
from harness.report import assembly
from harness.session import hub

NAMES = ("chromium", "chromium-browser", "google-chrome")
WIDE, NARROW = 1280, 400
ROWS = 6
VIOLATIONS = {"resultTypes": ["violations"]}
"""Every rule is tried; a page of five thousand elements that pass is not described element by element (a third of the
time)."""


@dataclass
class Watched:
    """A page, and what happened on it."""

    page: Page
    requests: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def watch(self) -> None:
        self.page.on("request", lambda request: self.requests.append(request.url))
        self.page.on("pageerror", lambda error: self.problems.append(str(error)))
        self.page.on("console", lambda message: self.problems.append(message.text) if message.type == "error" else None)
        self.page.on("dialog", lambda dialog: self.problems.append(f"dialog: {dialog.message}"))


Open = Callable[..., Watched]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    program = next(filter(None, map(shutil.which, NAMES)), None)
    if program is None:
        pytest.fail(
            "no Chromium on this machine, so nobody has seen the pages: apt-get install -y chromium; "
            "pytest -m 'not browser' leaves these tests out.",
            pytrace=False,
        )
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program)
        yield started
        started.close()


@pytest.fixture
def opened(browser: Browser) -> Iterator[Open]:
    """Open a page from disk; at the end nothing may have gone wrong on it, nor any request have left it."""
    contexts, watched = [], []

    def open_page(path: Path, width: int = WIDE, anchor: str = "", **options: Any) -> Watched:
        context = browser.new_context(viewport={"width": width, "height": 900}, **options)
        contexts.append(context)
        one = Watched(context.new_page())
        one.watch()
        watched.append(one)
        one.page.goto(f"{path.as_uri()}{anchor}")
        if options.get("java_script_enabled", True) and path.parent.name in ("small", "other"):
            one.page.wait_for_selector("#viewer[data-ready]", state="attached")
        return one

    yield open_page
    for context in contexts:
        context.close()
    for one in watched:
        assert one.problems == []
        assert [url for url in one.requests if not url.startswith(("file:", "data:", "blob:"))] == []


@pytest.fixture(scope="session")
def several(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub of three cases: `small` is red; of `green` every check holds, of `other` one rung is inconclusive.

    Of each rung some checks of every status are kept: to look through hundreds of equal rows takes minutes.
    """
    root = Path(shutil.copytree(made, tmp_path_factory.mktemp("several") / "hub"))
    for name, odd in (("green", None), ("other", "patches")):
        folder = Path(shutil.copytree(made / "small", root / name))
        hub.read_case(folder).model_copy(update={"id": name, "scenario": name}).write(folder / layout.CASE)
        for path in (folder / "checks").iterdir():
            record = read_json(path)
            record["checks"] = some(record["checks"])
            for check in record["checks"]:
                check["status"] = "inconclusive" if check["rung"] == odd else "pass"
            write_json(path, record)
    for path in (root / "small" / "checks").iterdir():
        record = read_json(path)
        write_json(path, {**record, "checks": some(record["checks"])})
    assembly.render(root)
    return root


def some(checks: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The first checks of every status, in their order."""
    seen: Counter[str] = Counter()
    kept = []
    for check in checks:
        seen[check["status"]] += 1
        if seen[check["status"]] <= ROWS:
            kept.append(check)
    return kept
