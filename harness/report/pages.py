"""The pages of a hub: the session, and every case.

What a page shows is gathered by the panels; the templates set it. Scripts stand in the page, and its policy lets no
other run.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

from markupsafe import Markup

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import write_text
from harness.judge.metrics import NAMES
from harness.judge.verdict import SEVERITY
from harness.records import jobs
from harness.report import localisation, markdown
from harness.report.images import CaseImages, colours_of
from harness.report.panels import curves, intensity, matrix, patches, provenance, scan, scenario, viewer
from harness.report.panels.chart import Chart
from harness.session import case_runner, hub
from harness.session.notes import repeat_command
from harness.session.request import REPORTS

T = TypeVar("T")
FAULTS = f"{layout.FAULTS}/{layout.INDEX}"
"""The page of `fault_page`, in a hub that holds one."""
STUDIES = f"{layout.STUDIES}/*/{layout.INDEX}"
"""The pages of the dose studies."""
_SESSION_SCRIPTS = ("session.js",)
_CASE_SCRIPTS = ("ladder.js", "chart.js", "pixels.js", "viewer.js")


@dataclass(frozen=True)
class Script:
    """A script of a page, and the digest by which the page's policy lets it run."""

    text: Markup
    digest: str


@cache
def _script(name: str) -> Script:
    text = (templates.FOLDER / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file, not data


def write(root: Path, summary: dict[str, Any], drawing_problems: dict[str, list[str]]) -> None:
    """Write `index.html` and the page of every case.

    `drawing_problems` says by case which pictures are missing, and why.
    """
    for case in summary["cases"]:
        folder = hub.case_folder(root, case["id"])
        context = _case_context(root, folder, case, drawing_problems.get(case["id"], []))
        write_page(folder / layout.INDEX, "case.html", _CASE_SCRIPTS, summary=summary, **context)
    write_session(root, summary)


def write_session(root: Path, summary: dict[str, Any]) -> None:
    """Write `index.html`, the page of the session."""
    write_page(root / layout.INDEX, "session.html", _SESSION_SCRIPTS, **_index_context(root, summary))


def write_page(path: Path, template: str, scripts: tuple[str, ...], **context: Any) -> None:
    """Write a page with scripts of ours, which its policy lets run; `context` holds the `summary` for its foot."""
    page = templates.render(template, scripts=[_script(name) for name in scripts], **context)
    write_text(path, page)


def _index_context(root: Path, summary: dict[str, Any]) -> dict[str, Any]:
    cases = summary["cases"]
    with_margin = [(case, worst) for case in cases if (worst := markdown.worst_check(case))]
    return {
        "summary": summary,
        "links": list(_links(root)),
        "rungs": matrix.rungs_of(cases),
        "matrix": matrix.rows(root, cases),
        "tightest": sorted(with_margin, key=lambda pair: float(pair[1]["margin"])),
        **markdown.notices(summary),
        "skipped": [case for case in cases if case["status"] == "skipped"],
        "left_out": markdown.left_out(summary),
        "stored": [case["id"] for case in cases if markdown.from_store(case)],
    }


def _links(root: Path) -> Iterator[tuple[str, str]]:
    """Pages beside that of a session: its address from there, and what it is called."""
    if root.resolve().parent.name == REPORTS:
        yield f"../{layout.INDEX}", "all sessions"
    if (root.resolve().parent / layout.NIGHT).is_file():
        yield f"../{layout.INDEX}", "the night"
    if (root / FAULTS).is_file():
        yield FAULTS, "injected faults"
    for page in sorted(root.glob(STUDIES)):
        yield page.relative_to(root).as_posix(), f"dose study {page.parent.name}"


def _case_context(root: Path, folder: Path, case: dict[str, Any], drawing_problems: list[str]) -> dict[str, Any]:
    description = hub.read_case(folder)
    comparison = hub.read_optional(folder / layout.COMPARISON / layout.METRICS, {})
    by_rung = matrix.by_rung(case)
    ladder = [_step(rung, checks, description.backends) for rung, checks in by_rung.items()]
    return {
        "case": case,
        "description": description.description,
        "ladder": ladder,
        "wrong": [step for step in ladder if step["wrong"]],
        "sides": description.backends,
        **markdown.notices({"cases": [case]}),
        "from_store": markdown.from_store(case),
        "worst": markdown.worst_check(case),
        "repeat": repeat_command(description, case["lowest_red_rung"] or next(iter(by_rung), "dataset")),
        "metrics": NAMES,
        "comparison": comparison,
        "leading": (comparison.get("parts") or ["amplitude"])[0],
        "ensemble": comparison.get("ensemble"),
        "jobs": jobs.read_if_whole(folder / layout.JOBS),
        "colours": colours_of(folder),
        "parting": _lines_of(folder / localisation.TEXT),
        "repro": sorted(path.relative_to(folder).as_posix() for path in (folder / layout.RED / layout.REPRO).glob("*")),
        "scenario": scenario.rows(folder / layout.SCENARIO),
        "environments": provenance.environments(folder),
        "logs": provenance.logs(folder),
        "artifacts": (artifacts := provenance.artifacts(root, folder)),
        "files": {entry["name"] for entry in artifacts},
        **_evidence_panels(folder, description.backends, list(drawing_problems)),
    }


def _step(rung: str, checks: list[dict[str, Any]], sides: Sequence[str]) -> dict[str, Any]:
    """One rung of a case: what is wrong in it first."""
    worst_first = sorted(checks, key=lambda check: SEVERITY.index(check["status"]))
    return {**matrix.cell(rung, checks, sides), "off": matrix.off(checks, sides), "list": worst_first}


def _evidence_panels(folder: Path, backends: tuple[str, str], problems: list[str]) -> dict[str, Any]:
    """The panels that look at arrays, which may be missing or broken; each such reason joins the `problems`."""
    evidence = case_runner.settled_evidence(folder, backends)
    prepared = case_runner.is_prepared(folder)

    def attempt(name: str, panel: Callable[[], T], nothing: T) -> T:
        if not prepared:
            return nothing
        try:
            return panel()
        except HarnessError as reason:
            problems.append(f"{name}: {reason}".replace(f"{folder}/", ""))
        except Exception as fault:  # arrays of any backend come here, and none may cost the report
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
        return nothing

    return {
        "viewer": attempt("pictures", lambda: viewer.viewer(CaseImages(evidence)), None),
        "frc": _drawn(attempt("ring correlation", lambda: curves.ring_correlation(folder, backends), [])),
        "training": _drawn(attempt("training curves", lambda: curves.training(evidence, curves.trained(evidence)), [])),
        "lockstep": _drawn(attempt("lock-step", lambda: curves.lockstep(folder), [])),
        "patches": _drawn(attempt("patches", lambda: patches.statistics(evidence), [])),
        "intensity": attempt("intensity", lambda: intensity.chains(folder, backends), None),
        "scan": attempt("scan", lambda: scan.scan(evidence), None),
        "problems": problems,
    }


def _drawn(charts: list[Chart]) -> list[dict[str, Any]]:
    return [chart.drawn() for chart in charts if not chart.is_empty or chart.marks]


def _lines_of(path: Path) -> list[str]:
    """The points of a short Markdown note, as plain text; none when there is no note."""
    text = path.read_text(encoding="utf-8").replace("`", "") if path.is_file() else ""
    return [line.removeprefix("# ").removeprefix("- ") for line in text.splitlines() if line]
