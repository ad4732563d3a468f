"""The end of the terminal output: warnings, one line a case, and where the hub is."""

from pathlib import Path

import pytest

from harness.formatting import printable
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
    """Write the summary of a session."""
    from harness.report.telemetry import history  # imports the judge, which would slow the collection of tests

    reporter.section("parity")
    for warning in (*warnings(summary), *history.of_cases(summary.cases)):
        reporter.write_line(printable(warning), yellow=True)
    for case in summary.cases:
        reporter.write_line(printable(case_line(case)), **COLOURS[case.status])
    reporter.write_line(printable(f"hub: {_near(hub, reporter.config.invocation_params.dir)}"))


def _near(hub: Path, here: Path) -> str:
    """The hub relative to where pytest was started, when it lies below."""
    return str(hub.relative_to(here)) if hub.is_relative_to(here) else str(hub)
