import math

import pytest

from harness.errors import HarnessError
from harness.judge.evidence import Incapable, NoEvidence
from harness.judge.findings import Findings
from harness.judge.tolerances import resolve


@pytest.fixture
def findings():
    return Findings("loss", resolve("stable", {}, {}))


@pytest.mark.parametrize("value", [None, math.nan, math.inf])
def test_a_value_that_is_not_there_fails(findings, value):
    findings.measure("x", value, "float32", "message")
    (check,) = findings.checks
    assert (check.status, check.value, check.margin) == ("fail", None, None)
    assert "no finite value" in check.message


def test_a_figure_without_a_limit_is_not_judged():
    findings = Findings("reconstruction", resolve("stable", {}, {}))
    findings.measure("x", 0.5, "amplitude.ssim", "message")
    assert findings.checks == []


@pytest.mark.parametrize(
    ("raised", "status"),
    [(NoEvidence("gone"), "error"), (HarnessError("gone"), "error"), (Incapable("gone"), "inconclusive")],
)
def test_missing_evidence_becomes_a_check(findings, raised, status):
    with findings.evidence_for("x"):
        raise raised
    (check,) = findings.checks
    assert (check.name, check.status, check.message) == ("x", status, "gone")


def test_a_fault_of_the_judge_is_not_swallowed(findings):
    with pytest.raises(ZeroDivisionError), findings.evidence_for("x"):
        raise ZeroDivisionError
