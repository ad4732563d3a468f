"""The HTML pages of a hub: one for the session, and one for each case.

The modules of `panels/` gather the contents of a page and the templates lay them out. The scripts are part of the page,
and the content security policy of the page lets no other script run.
"""

import base64
import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import TypeVar

from markupsafe import Markup

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import write_text
from harness.judge.metrics import NAMES
from harness.judge.verdict import RED, SEVERITY, Check, tightest
from harness.records.jobs import JobRecord
from harness.records.metrics import SideMetrics
from harness.records.summary import CaseSummary, Summary
from harness.report import localisation, markdown
from harness.report.case_files import CaseFiles
from harness.report.images import CaseImages, colours_of
from harness.report.panels import curves, intensity, matrix, patches, provenance, scan, scenario, viewer
from harness.report.panels.chart import Chart, ChartGeometry
from harness.session.notes import repeat_command
from harness.session.request import REPORTS

T = TypeVar("T")
Context = dict[str, object]
"""The values that a template shows, by the names that it uses for them."""
FAULTS = f"{layout.FAULTS}/{layout.INDEX}"
"""The page of the injected faults, below the hub; not every hub has one."""
REAL_BUGS = f"{layout.FAULTS}/{layout.REAL_BUGS_PAGE}"
"""The page of the replays of real bugs, below the hub; not every hub has one."""
_PICTURES = ("reconstruction", "agreement", "exchange", "golden")
_SECTIONS = {
    "pictures": _PICTURES,
    "ensemble": ("ensemble",),
    "figures": _PICTURES,
    "intensity": ("scale",),
    "curves": ("gradient", "trajectory", "telemetry"),
    "patches": ("patches",),
    "scan": ("dataset", "canvas"),
}
"""The rungs that the sections of a case's page are evidence of; a section is open where one of them is red."""
STUDIES = f"{layout.STUDIES}/*/{layout.INDEX}"
"""Pattern of the pages of the dose studies, below the hub."""
_SESSION_SCRIPTS = ("session.js", "copy.js")
_CASE_SCRIPTS = ("ladder.js", "chart.js", "pixels.js", "viewer.js", "copy.js")


@dataclass(frozen=True)
class Script:
    """A script of a page, and the digest by which the content security policy lets it run."""

    text: Markup
    digest: str


@dataclass(frozen=True)
class RungSection:
    """The section of a case's page on one rung: its cell in the matrix, its checks, and the names of the sides."""

    cell: matrix.Cell
    checks: Sequence[Check]
    sides: Sequence[str]

    @property
    def blamed_sides(self) -> list[str]:
        """The sides that the red checks of the rung name."""
        return matrix.blamed_sides(self.checks, self.sides)

    @property
    def worst_first(self) -> list[Check]:
        """The checks of the rung, the worst status first."""
        return sorted(self.checks, key=lambda check: SEVERITY.index(check.status))


@cache
def _script(name: str) -> Script:
    text = (templates.FOLDER / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file, not data


def write(root: Path, summary: Summary, cases: Sequence[CaseFiles], drawing_problems: dict[str, list[str]]) -> None:
    """Write `index.html` of a hub and of every case.

    Args:
        root: the hub.
        summary: the summary of its session.
        cases: the files of the cases, in the order of the summary.
        drawing_problems: by case id, a sentence for each picture or file that could not be made.
    """
    for files, case in zip(cases, summary.cases, strict=True):
        context = _case_context(files, case, drawing_problems.get(case.id, []))
        write_page(files.folder / layout.INDEX, "case.html", _CASE_SCRIPTS, summary=summary, **context)
    write_session(root, summary, cases)


def write_session(root: Path, summary: Summary, cases: Sequence[CaseFiles]) -> None:
    """Write `index.html`, the page of the session."""
    jobs = {files.plan.id: files.all_jobs for files in cases}
    write_page(root / layout.INDEX, "session.html", _SESSION_SCRIPTS, **_index_context(root, summary, jobs))


def write_page(path: Path, template: str, scripts: tuple[str, ...], **context: object) -> None:
    """Render a template and write the page.

    Args:
        path: the HTML file.
        template: name of the template.
        scripts: names of the scripts beside the templates that become part of the page.
        context: the values that the template uses, with the `summary` of the session for the foot of the page.
    """
    page = templates.render(template, scripts=[_script(name) for name in scripts], **context)
    write_text(path, page)


def _index_context(root: Path, summary: Summary, jobs: Mapping[str, Sequence[JobRecord]]) -> Context:
    cases = summary.cases
    with_margin = [(case, worst) for case in cases if (worst := tightest(case.checks))]
    return {
        "summary": summary,
        "links": list(_links(root)),
        "pairs": list(dict.fromkeys((tuple(case.backends), case.profile) for case in cases)),
        "rungs": matrix.rungs_of(cases),
        "matrix": matrix.rows(cases, jobs),
        "tightest": sorted(with_margin, key=lambda pair: pair[1].margin or 0.0),
        **markdown.notices(cases),
        "skipped": [case for case in cases if case.status == "skipped"],
        "left_out": markdown.left_out(cases),
        "stored": [case.id for case in cases if markdown.from_store(case)],
    }


def _links(root: Path) -> Iterator[tuple[str, str]]:
    """Relative address and title of the pages that the page of a session links to."""
    if root.resolve().parent.name == REPORTS:
        yield f"../{layout.INDEX}", "all sessions"
    if (root.resolve().parent / layout.NIGHT).is_file():
        yield f"../{layout.INDEX}", "the night"
    if (root / FAULTS).is_file():
        yield FAULTS, "injected faults"
    if (root / REAL_BUGS).is_file():
        yield REAL_BUGS, "real bugs"
    for page in sorted(root.glob(STUDIES)):
        yield page.relative_to(root).as_posix(), f"dose study {page.parent.name}"


def _case_context(files: CaseFiles, case: CaseSummary, drawing_problems: list[str]) -> Context:
    folder, plan, sides, by_rung = files.folder, files.plan, files.metrics.backends, matrix.by_rung(case)
    ladder = [RungSection(matrix.cell(rung, checks, plan.backends), checks, plan.backends)
              for rung, checks in by_rung.items()]  # fmt: skip
    return {
        "case": case,
        "description": plan.description,
        "ladder": ladder,
        "wrong": [section for section in ladder if section.cell.wrong],
        "red": {
            name
            for name, rungs in _SECTIONS.items()
            if any(check.status in RED for rung in rungs for check in by_rung.get(rung, ()))
        },
        "sides": plan.backends,
        **markdown.notices([case]),
        "from_store": markdown.from_store(case),
        "worst": tightest(case.checks),
        "repeat": repeat_command(plan, case.lowest_red_rung or next(iter(by_rung), "dataset")),
        "metrics": NAMES,
        "judged": {side: sides.get(side, SideMetrics()) for side in plan.backends} if sides else {},
        "parts": files.metrics.parts,
        "leading": (files.metrics.parts or ["amplitude"])[0],
        "ensemble": files.metrics.ensemble,
        "jobs": files.jobs,
        "colours": colours_of(folder),
        "localisation": _lines_of(folder / localisation.TEXT),
        "repro": sorted(path.relative_to(folder).as_posix() for path in (folder / layout.RED / layout.REPRO).glob("*")),
        "scenario": scenario.rows(folder / layout.SCENARIO),
        "environments": files.environments,
        "logs": provenance.logs(folder),
        "artifacts": (artifacts := provenance.artifacts(folder.parent, folder)),
        "files": {artifact.name for artifact in artifacts},
        **_evidence_panels(files, list(drawing_problems)),
    }


def _evidence_panels(files: CaseFiles, problems: list[str]) -> Context:
    """The panels that read arrays. Where a file is missing or broken, the panel is empty and `problems` says why."""
    folder, evidence, backends = files.folder, files.evidence, files.plan.backends

    def attempt(name: str, panel: Callable[[], T], nothing: T) -> T:
        if not files.is_prepared:
            return nothing
        try:
            return panel()
        except HarnessError as reason:
            problems.append(f"{name}: {reason}".replace(f"{folder}/", ""))
        except Exception as fault:  # a port may leave any array; none may cost the report
            problems.append(f"{name}: {type(fault).__name__}: {fault}")
        return nothing

    return {
        "viewer": attempt("pictures", lambda: viewer.viewer(CaseImages(evidence)), None),
        "frc": _geometries(attempt("ring correlation", lambda: curves.ring_correlation(folder, backends), [])),
        "training": _geometries(
            attempt("training curves", lambda: curves.training(evidence, curves.trained(evidence)), [])
        ),
        "lockstep": _geometries(attempt("lock-step", lambda: curves.lockstep(folder), [])),
        "patches": _geometries(attempt("patches", lambda: patches.statistics(evidence), [])),
        "intensity": attempt("intensity", lambda: intensity.intensity_table(folder, backends), None),
        "scan": attempt("scan", lambda: scan.scan(evidence), None),
        "problems": problems,
    }


def _geometries(charts: list[Chart]) -> list[ChartGeometry]:
    return [chart.geometry() for chart in charts if not chart.is_empty or chart.marks]


def _lines_of(path: Path) -> list[str]:
    """The lines of a short Markdown note as plain text, without its list marks; none when there is no such file."""
    text = path.read_text(encoding="utf-8").replace("`", "") if path.is_file() else ""
    return [line.removeprefix("# ").removeprefix("- ") for line in text.splitlines() if line]
