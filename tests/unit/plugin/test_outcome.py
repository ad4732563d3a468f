"""What a verdict does to a test."""

import pytest

TESTS = """
import pytest

from harness.judge.verdict import Check, RungVerdict
from harness.plugin.outcome import Verdict, stop_without_evidence


def judged(*statuses):
    figures = {{"pass": (1e-7, 1e-6, 0.9), "fail": (3e-6, 1e-6, -2.0)}}
    return RungVerdict("loss", tuple(
        Check("loss", f"check_{{n}}", status, *figures.get(status, (None, None, None)), "ledger", f"says {{status}}")
        for n, status in enumerate(statuses)
    ))


@pytest.fixture
def verdict(request):
    found = judged(*request.param)
    stop_without_evidence(found)
    return Verdict(found, strict={strict})


@pytest.mark.parametrize("verdict", [
    ("pass",), ("pass", "fail", "inconclusive"), ("fail", "error"), ("pass", "inconclusive"), ("skipped",), (),
], indirect=True)
def test_rung(verdict):
    verdict.must_hold()
"""


@pytest.mark.parametrize(
    ("strict", "arguments", "outcomes"),
    [
        (False, (), {"passed": 1, "failed": 1, "errors": 2, "xfailed": 1, "skipped": 1}),
        (True, (), {"passed": 1, "failed": 2, "errors": 2, "skipped": 1}),
        (False, ("--runxfail",), {"passed": 1, "failed": 2, "errors": 2, "skipped": 1}),
    ],
)
def test_statuses(project: pytest.Pytester, strict: bool, arguments: tuple[str, ...], outcomes: dict[str, int]) -> None:
    project.makepyfile(test_statuses=TESTS.format(strict=strict))
    result = project.runpytest_inprocess("test_statuses.py", *arguments)
    assert result.ret == pytest.ExitCode.TESTS_FAILED
    result.assert_outcomes(**outcomes)


def test_a_failure_shows_the_checks_the_worst_first_and_no_code(project: pytest.Pytester) -> None:
    project.makepyfile(test_statuses=TESTS.format(strict=False))
    result = project.runpytest_inprocess("test_statuses.py", "-rx")
    result.stdout.fnmatch_lines(
        [
            "fail: says fail",
            "check_1: says fail",
            "check    status        value  limit  margin  origin",
            "check_1  fail          3e-06  1e-06  -2      ledger",
            "check_0  pass          1e-07  1e-06  0.9     ledger",
            "XFAIL *inconclusive: says inconclusive",
        ]
    )
    result.stdout.no_fnmatch_line("*must_hold*")
    result.stdout.no_fnmatch_line("*Traceback*")
