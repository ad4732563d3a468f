"""What a verdict does to a test."""

import pytest

from harness.judge.verdict import Check, RungVerdict
from harness.plugin.outcome import explanation

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


def test_a_failure_shows_what_is_wrong_and_no_code(project: pytest.Pytester) -> None:
    project.makepyfile(test_statuses=TESTS.format(strict=False))
    result = project.runpytest_inprocess("test_statuses.py", "-rx")
    result.stdout.fnmatch_lines(
        [
            "fail: loss",
            "check_1: says fail",
            "all 3 checks with their figures are in red/loss.md of the case",
            "XFAIL *inconclusive: says inconclusive",
        ]
    )
    result.stdout.no_fnmatch_line("*must_hold*")
    result.stdout.no_fnmatch_line("*Traceback*")


def failed(name: str) -> Check:
    return Check("stages", name, "fail", 3e-6, 1e-6, -2.0, "ledger", f"says {name}")


def test_what_is_wrong_in_float64_is_told_once_and_in_order() -> None:
    names = [f"{precision}.stage{number}" for precision in ("float32", "float64") for number in range(20)]
    told = explanation(RungVerdict("stages", tuple(map(failed, names)))).splitlines()
    assert told[:3] == ["fail: stages", "float64.stage0: says float64.stage0", "float64.stage1: says float64.stage1"]
    assert told[-1] == (
        "also fail: 8 more and 20 in float32 as in float64; "
        "all 40 checks with their figures are in red/stages.md of the case"
    )
    assert len(told) <= 40


def test_what_is_wrong_in_float32_alone_is_told() -> None:
    told = explanation(RungVerdict("stages", (failed("torch.float32.present"), failed("float64.obj"))))
    assert told.splitlines()[1:3] == [
        "torch.float32.present: says torch.float32.present",
        "float64.obj: says float64.obj",
    ]
