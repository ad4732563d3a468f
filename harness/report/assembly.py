"""Writes the report of a session in order: summary, pictures, pages, JUnit file and, last of all, the manifest."""

import shutil
import sys
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.files import write_text
from harness.formatting import printable
from harness.judge import results
from harness.records.summary import Summary
from harness.report import case_files, localisation, markdown, summary
from harness.report.case_files import CaseFiles
from harness.report.telemetry import session
from harness.run import store
from harness.session import case_runner, environment, hub
from harness.session.request import REPORTS, Request

LIBRARIES = ("PIL", "junitparser", "resvg_py")


def require_libraries() -> None:
    """Check that the libraries of the report are installed, before any work is done; raises HarnessError if not."""
    if missing := [name for name in LIBRARIES if find_spec(name) is None]:
        raise HarnessError(f'the report needs {", ".join(missing)}; pip install "ptycho-parity[report]".')


def begin(request: Request, command: str) -> Path:
    """Create the hub of a session with its `session.json` and `environment.json`; returns the folder of the hub.

    Args:
        request: the options of the session.
        command: the command line that started it, which goes into `session.json`.

    Raises:
        HarnessError: the hub's folder exists already, or a library that the report needs is missing.
    """
    require_libraries()
    root = hub.create(request.hub, request.root / REPORTS, request.record(command, hub.utc_now()))
    environment.capture(request.root, request.threads).write(root / layout.ENVIRONMENT)
    return root


def refresh(root: Path) -> None:
    """Write `summary.json` and `summary.md` of a hub from the cases that have been judged so far."""
    _write(root, summary.build(root, case_files.of_hub(root)))


def _write(root: Path, current: Summary) -> None:
    current.write(root / layout.SUMMARY)
    write_text(root / layout.SUMMARY_TEXT, markdown.page(current))


def finish(root: Path, exit_status: int) -> Summary:
    """Complete the hub of a session that has ended, and update the index of `reports/`; returns the summary."""
    hub.finish(root, exit_status)
    shutil.rmtree(store.scratch_of(root), ignore_errors=True)
    for folder in hub.case_folders(root):
        (folder / case_runner.LOCK).unlink(missing_ok=True)
    try:
        final = render(root)
    except BaseException:  # without a manifest the hub is not finished, and `report` may still complete it
        hub.reopen(root)
        raise
    if all(case.is_recorded for case in case_files.of_hub(root)):
        hub.update_latest_link(root)
    if root.resolve().parent.name == REPORTS:
        index_over(root.resolve().parent)
    return final


def index_over(reports: Path) -> None:
    """Write `index.html` of a folder of hubs again; a failure is printed as a warning and not raised."""
    from harness.report.trend import index

    try:
        index.write(reports)
    except Exception as fault:  # a broken neighbour must not cost this session its report
        _warn(f"{reports}: no index over the hubs ({type(fault).__name__}: {fault}).")


def _warn(text: str) -> None:
    print(f"warning: {printable(text)}", file=sys.stderr)


def render(root: Path) -> Summary:
    """Draw the pictures and write the pages, the summary and the manifest of a hub from its files."""
    from harness.report import figures, junit, pages
    from harness.report.study import page as study
    from harness.session import manifest, packing  # they load Pillow, which is needed only at the end

    hub.require_planned_cases(root)
    cases = case_files.of_hub(root)
    prepared = [case for case in cases if case.is_prepared]
    problems = {case.folder.name: illustrate(case) + _localise(case) + session.write(case) for case in prepared}
    for case in prepared:
        packing.pack(case.folder, case.plan.backends)
    _write(root, current := summary.build(root, cases))  # the dose studies read it
    for problem in figures.run_tasks({"dose studies": partial(study.write, root, cases, current)}, root):
        _warn(problem)
    final = current.model_copy(update={"studies": summary.studies(root)})
    _write(root, final)
    pages.write(root, final, cases, problems)
    junit.write(root / layout.JUNIT, final)
    manifest.write(root)
    return final


def illustrate(case: CaseFiles) -> list[str]:
    """Compute the metrics of a case and draw its pictures; returns a sentence for each that could not be made.

    A `comparison_metrics.json` that the hub already holds is kept: the files that it is computed from do not change.
    """
    from harness.report import figures  # loads Pillow

    folder, evidence = case.folder, case.evidence
    missing = not (folder / layout.COMPARISON / layout.METRICS).is_file()
    steps: dict[str, Callable[[], object]] = {"figures": partial(results.write, evidence)} if missing else {}
    return figures.run_tasks(steps, folder) + figures.draw(evidence)


def _localise(case: CaseFiles) -> list[str]:
    """Write where the two sides first differ, `comparison/localisation.*`; returns a sentence when that failed."""
    from harness.report import figures

    task = partial(localisation.write, case.evidence, case.verdicts)
    return figures.run_tasks({"localisation": task}, case.folder)
