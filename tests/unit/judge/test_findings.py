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


@pytest.mark.parametrize(
    ("status", "value"), [("pass", 0.5e-6), ("fail", 2e-6), ("inconclusive", 2e-6), ("fail", None)]
)
def test_a_test_of_its_own_states_its_decision_with_its_limit(findings, status, value):
    findings.decide("x", status, value, findings.limit("float32"), "message")
    (check,) = findings.checks
    assert (check.status, check.value, check.limit, check.origin) == (status, value, 1e-6, "ledger")
    assert (check.margin is None) == (value is None)
    assert value is None or (check.margin >= 0) == (status == "pass")


@pytest.mark.parametrize(("status", "value"), [("pass", 2e-6), ("pass", None), ("pass", math.nan), ("fail", 0.5e-6)])
def test_a_decision_that_its_value_contradicts_is_a_fault(findings, status, value):
    with pytest.raises(HarnessError, match=f"loss.x: {status}, although the value is"):
        findings.decide("x", status, value, findings.limit("float32"), "message")


def test_what_was_not_asked_for_is_skipped_with_the_reason(findings):
    findings.skip("x", "ask for it")
    (check,) = findings.checks
    assert (check.status, check.message, check.value) == ("skipped", "ask for it", None)


def test_sentences_carry_three_digits_but_where_a_fact_is_red_and_they_may_be_what_differs():
    findings, told = Findings("scale", resolve("stable", {}, {})), "the scale is 997.2447210273929"
    findings.demand("a", True, told)
    findings.inconclusive("b", told)
    findings.demand("c", False, told)
    assert [check.message for check in findings.checks] == ["the scale is 997", "the scale is 997", told]
