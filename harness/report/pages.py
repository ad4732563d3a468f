"""The pages of a hub: the session, and every case.

What a page shows is gathered by the panels; the templates set it. Scripts stand in the page, and its policy lets no
other run.
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
from harness.judge.verdict import SEVERITY, Check, tightest
from harness.records.jobs import JobRecord
from harness.records.metrics import SideMetrics
from harness.records.summary import CaseSummary, Summary
from harness.report import localisation, markdown
from harness.report.case_files import CaseFiles
from harness.report.images import CaseImages, colours_of
from harness.report.panels import curves, intensity, matrix, patches, provenance, scan, scenario, viewer
from harness.report.panels.chart import Chart, Drawn
from harness.session.notes import repeat_command
from harness.session.request import REPORTS

T = TypeVar("T")
Context = dict[str, object]
"""What a template shows, by the names that it uses."""
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


@dataclass(frozen=True)
class Step:
    """One rung of a case."""

    cell: matrix.Cell
    checks: Sequence[Check]
    sides: Sequence[str]

    @property
    def off(self) -> list[str]:
        """The sides that its red checks name."""
        return matrix.off(self.checks, self.sides)

    @property
    def worst_first(self) -> list[Check]:
        """Its checks, what is wrong first."""
        return sorted(self.checks, key=lambda check: SEVERITY.index(check.status))


@cache
def _script(name: str) -> Script:
    text = (templates.FOLDER / name).read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
    return Script(Markup(text), f"sha256-{digest}")  # noqa: S704 - our own file, not data


def write(root: Path, summary: Summary, cases: Sequence[CaseFiles], drawing_problems: dict[str, list[str]]) -> None:
    """Write `index.html` and the page of every case, whose files are `cases` in the order of the summary.

    `drawing_problems` says by case which pictures are missing, and why.
    """
    for files, case in zip(cases, summary.cases, strict=True):
        context = _case_context(files, case, drawing_problems.get(case.id, []))
        write_page(files.folder / layout.INDEX, "case.html", _CASE_SCRIPTS, summary=summary, **context)
    write_session(root, summary, cases)


def write_session(root: Path, summary: Summary, cases: Sequence[CaseFiles]) -> None:
    """Write `index.html`, the page of the session."""
    jobs = {files.asked.id: files.all_jobs for files in cases}
    write_page(root / layout.INDEX, "session.html", _SESSION_SCRIPTS, **_index_context(root, summary, jobs))


def write_page(path: Path, template: str, scripts: tuple[str, ...], **context: object) -> None:
    """Write a page with scripts of ours, which its policy lets run; `context` holds the `summary` for its foot."""
    page = templates.render(template, scripts=[_script(name) for name in scripts], **context)
    write_text(path, page)


def _index_context(root: Path, summary: Summary, jobs: Mapping[str, Sequence[JobRecord]]) -> Context:
    cases = summary.cases
    with_margin = [(case, worst) for case in cases if (worst := tightest(case.checks))]
    return {
        "summary": summary,
        "links": list(_links(root)),
        "rungs": matrix.rungs_of(cases),
        "matrix": matrix.rows(cases, jobs),
        "tightest": sorted(with_margin, key=lambda pair: pair[1].margin or 0.0),
        **markdown.notices(cases),
        "skipped": [case for case in cases if case.status == "skipped"],
        "left_out": markdown.left_out(cases),
        "stored": [case.id for case in cases if markdown.from_store(case)],
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


def _case_context(files: CaseFiles, case: CaseSummary, drawing_problems: list[str]) -> Context:
    folder, asked, held, by_rung = files.folder, files.asked, files.metrics.backends, matrix.by_rung(case)
    ladder = [Step(matrix.cell(rung, checks, asked.backends), checks, asked.backends)
              for rung, checks in by_rung.items()]  # fmt: skip
    return {
        "case": case,
        "description": asked.description,
        "ladder": ladder,
        "wrong": [step for step in ladder if step.cell.wrong],
        "sides": asked.backends,
        **markdown.notices([case]),
        "from_store": markdown.from_store(case),
        "worst": tightest(case.checks),
        "repeat": repeat_command(asked, case.lowest_red_rung or next(iter(by_rung), "dataset")),
        "metrics": NAMES,
        "judged": {side: held.get(side, SideMetrics()) for side in asked.backends} if held else {},
        "parts": files.metrics.parts,
        "leading": (files.metrics.parts or ["amplitude"])[0],
        "ensemble": files.metrics.ensemble,
        "jobs": files.jobs,
        "colours": colours_of(folder),
        "parting": _lines_of(folder / localisation.TEXT),
        "repro": sorted(path.relative_to(folder).as_posix() for path in (folder / layout.RED / layout.REPRO).glob("*")),
        "scenario": scenario.rows(folder / layout.SCENARIO),
        "environments": files.environments,
        "logs": provenance.logs(folder),
        "artifacts": (artifacts := provenance.artifacts(folder.parent, folder)),
        "files": {artifact.name for artifact in artifacts},
        **_evidence_panels(files, list(drawing_problems)),
    }


def _evidence_panels(files: CaseFiles, problems: list[str]) -> Context:
    """The panels that look at arrays, which may be missing or broken; each such reason joins the `problems`."""
    folder, evidence, backends = files.folder, files.evidence, files.asked.backends

    def attempt(name: str, panel: Callable[[], T], nothing: T) -> T:
        if not files.is_prepared:
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


def _drawn(charts: list[Chart]) -> list[Drawn]:
    return [chart.drawn() for chart in charts if not chart.is_empty or chart.marks]


def _lines_of(path: Path) -> list[str]:
    """The points of a short Markdown note, as plain text; none when there is no note."""
    text = path.read_text(encoding="utf-8").replace("`", "") if path.is_file() else ""
    return [line.removeprefix("# ").removeprefix("- ") for line in text.splitlines() if line]
