"""The pictures of a case in the report of pytest-html, beside the rungs that they belong to, where it is installed."""

import base64
from pathlib import Path
from typing import Any

import pytest

from harness import layout

PICTURES: pytest.StashKey[list[Path]] = pytest.StashKey()
_OF_RUNG = {
    "telemetry": (f"{{backend}}/{layout.TRAIN_OUTPUTS}/{layout.CURVES_PICTURE}",),
    "patches": (f"{{backend}}/{layout.INFERENCE_OUTPUTS}/{layout.PATCH_GRID}",),
    "canvas": (f"{layout.DATASET}/{layout.SCAN_PICTURE}",),
    "reconstruction": (f"{layout.COMPARISON}/{layout.MONTAGE}",),
    "agreement": tuple(f"{layout.COMPARISON}/{layout.difference_picture(part)}" for part in ("amplitude", "phase")),
}


def is_wanted(config: pytest.Config) -> bool:
    """Whether this session makes a report with pytest-html."""
    return bool(config.getoption("htmlpath", None))


def draw(folder: Path, rung: str) -> list[Path]:
    """Draw the pictures of a case, unless it has them, and return the files that belong to one rung."""
    if rung not in _OF_RUNG:
        return []
    from harness.report import assembly
    from harness.report.case_files import CaseFiles

    case = CaseFiles(folder)
    names = dict.fromkeys(name.format(backend=backend) for name in _OF_RUNG[rung] for backend in case.plan.backends)
    found = [folder / name for name in names]
    if case.is_prepared and not any(path.is_file() for path in found):
        assembly.illustrate(case)
    return [path for path in found if path.is_file()]


def attach(item: pytest.Item, report: pytest.TestReport) -> None:
    """Attach the pictures of a rung to the report of its test, in the format of pytest-html."""
    last = report.when == "call" or report.failed  # a rung without evidence ends in its setup
    if last and (paths := item.stash.get(PICTURES, [])):
        from pytest_html import extras

        entries: list[Any] = [extras.png(base64.b64encode(path.read_bytes()).decode(), path.name) for path in paths]
        report.extras = [*getattr(report, "extras", []), *entries]  # type: ignore[attr-defined]
