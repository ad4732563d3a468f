"""Rung 3: do the physics stages of both sides agree with the float64 NumPy oracle?

Evidence: the lock-step stages of each side, and in `oracle/` the stages that the network's oracle computes. It starts
from a side's own earlier stages, so that errors before them have no influence, and computes those that the contract
names, or those that a user's own oracle answers for; these are held to the precision that was had. A fault that both
sides share is invisible to every other rung, and red here.
"""

from harness.arrays import PRECISIONS, Array, Precision
from harness.judge.comparing import not_finite, relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.oracle import oracle_stages
from harness.judge.precision import in_float32
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"lockstep", "oracle"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare the physics stages of each side, at both precisions, with the oracle's."""
    findings = Findings("physics", limits)
    for backend in evidence.backends:
        for precision in PRECISIONS:
            with findings.evidence_for(f"{backend}.{precision}"):
                _compare(findings, evidence, backend, precision)
    return findings.checks


def _compare(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    stages = evidence.stages(backend, precision)
    expected = oracle_stages(evidence, backend, precision)
    for stage in [stage for stage in evidence.contract.stages if stage.oracle or stage.name in expected]:
        check = f"{backend}.{precision}.{stage.name}"
        with findings.evidence_for(check):
            own = evidence.stage(backend, stages, stage.name)
            _judge_stage(
                findings, own, expected[stage.name], check, precision if stage.oracle else _had(own, precision)
            )


def _had(own: Array, precision: Precision) -> Precision:
    """The precision in which a stage was computed, which for a user's port may be float32 alone."""
    return "float32" if in_float32(own) else precision


def _judge_stage(findings: Findings, own: Array, oracle: Array, check: str, precision: Precision) -> None:
    wrong_shape = "" if own.shape == oracle.shape else f"shape is {own.shape}, the oracle's is {oracle.shape}"
    if problem := wrong_shape or not_finite(own):
        findings.demand(check, False, f"{check}: {problem}")
        return
    error = relative_error(own, oracle)
    if error is None:
        findings.error(check, f"{check}: the oracle is zero everywhere, so nothing was compared")
        return
    findings.measure(check, error, precision, f"{check} against the oracle: largest difference over the largest value")
