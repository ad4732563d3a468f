"""The end of a session: summary, pictures, pages, JUnit and, last of all, the manifest."""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.files import write_json, write_text
from harness.judge import results
from harness.report import localisation, markdown, summary
from harness.report.telemetry import session
from harness.run import store
from harness.session import case_runner, environment, hub
from harness.session.request import REPORTS, Request

LIBRARIES = ("PIL", "junitparser", "resvg_py")


def require_libraries() -> None:
    """Raise HarnessError, before any work is done, when a library of the report is missing."""
    if missing := [name for name in LIBRARIES if find_spec(name) is None]:
        raise HarnessError(f'the report needs {", ".join(missing)}; pip install "ptycho-parity[report]".')


def begin(request: Request, command: str) -> Path:
    """Make the hub of a session and describe what it runs on; returns its folder.

    Raises HarnessError when the hub's folder is taken or the report could not be made at the end.
    """
    require_libraries()
    root = hub.create(request.hub, request.root / REPORTS, {"command": command, **request.record()})
    write_json(root / layout.ENVIRONMENT, environment.capture(request.root))
    return root


def refresh(root: Path) -> dict[str, Any]:
    """Write `summary.json` and `summary.md` as far as the session has come."""
    current = summary.build(root)
    write_json(root / layout.SUMMARY, current)
    write_text(root / layout.SUMMARY_TEXT, markdown.page(current))
    return current


def finish(root: Path, exit_status: int) -> dict[str, Any]:
    """Complete the hub of a session that has ended, and the index over all hubs in `reports/`; returns its summary."""
    hub.finish(root, exit_status)
    shutil.rmtree(store.scratch_of(root), ignore_errors=True)
    for folder in hub.case_folders(root):
        (folder / case_runner.LOCK).unlink(missing_ok=True)
    final = render(root)
    if all(case_runner.is_recorded(folder) for folder in hub.case_folders(root)):
        hub.point_latest(root)
    if root.resolve().parent.name == REPORTS:
        index_over(root.resolve().parent)
    return final


def index_over(reports: Path) -> None:
    """Write the index over all hubs once more."""
    from harness.report.trend import index

    try:
        index.write(reports)
    except Exception as fault:  # whatever lies in the other hubs, this session has its own report
        print(f"warning: {reports}: no index over the hubs ({type(fault).__name__}: {fault}).", file=sys.stderr)


def render(root: Path) -> dict[str, Any]:
    """Draw the pictures and write the pages, the summary and the manifest of a hub from its files."""
    from harness.report import figures, junit, pages
    from harness.report.study import page as study
    from harness.session import manifest  # Pillow and the like: only at a session's end

    prepared = [folder for folder in hub.case_folders(root) if case_runner.is_prepared(folder)]
    problems = {folder.name: illustrate(folder) + _localise(folder) + session.write(folder) for folder in prepared}
    for problem in figures.problems_of({"dose studies": partial(study.write, root, refresh(root))}, root):
        print(f"warning: {problem}", file=sys.stderr)
    final = refresh(root)
    pages.write(root, final, problems)
    junit.write(root / layout.JUNIT, final)
    manifest.write(root)
    return final


def illustrate(folder: Path) -> list[str]:
    """Compute the figures of a case and draw its pictures; returns a sentence for each that could not be made.

    Figures that stand in the hub are not computed again: they are the judge's, of files that have not changed since.
    """
    from harness.report import figures  # brings Pillow

    evidence = case_runner.settled_evidence(folder, hub.read_case(folder).backends)
    missing = not (folder / layout.COMPARISON / layout.METRICS).is_file()
    steps: dict[str, Callable[[], object]] = {"figures": partial(results.write, evidence)} if missing else {}
    return figures.problems_of(steps, folder) + figures.draw(evidence)


def _localise(folder: Path) -> list[str]:
    """Say where the sides part; returns a sentence when that could not be found out."""
    from harness.report import figures

    case = hub.read_case(folder)
    evidence = case_runner.settled_evidence(folder, case.backends)
    verdicts = [case_runner.recorded(folder, rung) for rung in case.rungs]
    return figures.problems_of({"localisation": partial(localisation.write, evidence, verdicts)}, folder)
