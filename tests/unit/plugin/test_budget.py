"""The budget of a session: what was not begun in time is skipped, says so everywhere, and fails the session."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from harness import layout
from harness.files import read_json, write_json
from harness.plugin.command_line import request_of
from harness.report import assembly
from harness.session import case_runner

REASON = "not begun: the session's budget of 0.001 s was spent"


def test_cases_that_are_not_begun_in_time_are_skipped_and_fail_the_session(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess(
        "-k", "telemetry or canvas", "--parity-hub=hub", "--parity-budget=0.001", "-rs"
    )
    result.assert_outcomes(skipped=2)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.stdout.fnmatch_lines([f"SKIPPED*{REASON}", "ERROR: the budget was spent before small began"])
    summary = json.loads((project.path / "hub" / "summary.json").read_text())
    (case,) = summary["cases"]
    assert (case["status"], case["message"]) == ("skipped", f"telemetry: {REASON}")
    assert summary["exit_status"] == 1
    assert (project.path / "hub" / "junit.xml").read_text().count(REASON) >= 2
    assert REASON.replace("'", "&#39;") in (project.path / "hub" / "index.html").read_text()
    assert not (project.path / "hub" / "small" / "dataset").exists()


@pytest.mark.parametrize(("budget", "late"), [("60", ["small"]), ("600", [])])
def test_the_budget_counts_from_the_start_of_the_session(
    project: pytest.Pytester, budget: str, late: list[str]
) -> None:
    """Not from that of the process: under pytest-xdist several share a session."""
    request = request_of(project.parseconfigure("--parity-hub=hub", f"--parity-budget={budget}"))
    root = assembly.begin(request, "pytest")
    started = datetime.now(UTC) - timedelta(seconds=100)
    write_json(root / layout.SESSION, read_json(root / layout.SESSION) | {"started": f"{started:%Y-%m-%dT%H:%M:%SZ}"})
    (case,) = request.cases()
    case_runner.plan(root, case, ["dataset"], request)
    case_runner.prepare(root, case, request)
    assert case_runner.cases_over_budget(root) == late
    assert case_runner.judge(root / "small", "dataset").status == ("skipped" if late else "pass")
