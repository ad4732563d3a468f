"""The end of the terminal output: warnings, where the hub is, and one line a case."""

import os
from pathlib import Path

import pytest

from harness.formatting import printable
from harness.judge.verdict import SEVERITY
from harness.plugin.annotations import VARIABLE, annotations
from harness.records.summary import Summary
from harness.report.markdown import case_line, warnings

COLOURS: dict[str, dict[str, bool]] = {
    "pass": {"green": True},
    "fail": {"red": True},
    "error": {"red": True},
    "inconclusive": {"yellow": True},
    "declared": {"yellow": True},
    "skipped": {"yellow": True},
}


def summarise(reporter: pytest.TerminalReporter, summary: Summary, hub: Path) -> None:
    """Write the warnings of a session, and where its hub is."""
    from harness.report.telemetry import history  # imports the judge, which would slow the collection of tests

    reporter.section("parity")
    for warning in (*warnings(summary), *history.of_cases(summary.cases)):
        reporter.write_line(printable(warning), yellow=True)
    reporter.write_line(printable(f"hub: {_near(hub, reporter.config.invocation_params.dir)}"))


def conclude(reporter: pytest.TerminalReporter, summary: Summary) -> None:
    """Write one line a case, the worst last: what stands last on the screen is what is wrong.

    GitHub Actions gets its annotations before them.
    """
    for annotation in annotations(summary.cases) if os.environ.get(VARIABLE) else ():
        reporter.write_line(printable(annotation))
    for case in sorted(summary.cases, key=lambda case: -SEVERITY.index(case.status)):
        reporter.write_line(printable(case_line(case)), **COLOURS[case.status])


def _near(hub: Path, here: Path) -> str:
    """The hub relative to where pytest was started, when it lies below."""
    return str(hub.relative_to(here)) if hub.is_relative_to(here) else str(hub)
