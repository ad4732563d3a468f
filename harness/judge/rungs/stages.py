"""Rung 2: same weights, one batch: does every named stage of the forward pass agree?

Evidence: `lockstep/stages_{float32,float64}.npz` of both sides. Each stage is a check of its own, in the order
of the forward pass: its error is the largest difference over the largest magnitude of the reference's stage.
"""

from harness.backends.network import stage_names
from harness.backends.protocol import Array, Precision
from harness.judge.comparing import mismatch, not_finite, relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"lockstep"})
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")
COMPLEX_STAGES = {"object_patches", "object_merged", "object_extracted", "exit_wave"}


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare every stage at both precisions; the message of a red one says which stage was the first."""
    findings = Findings("stages", limits)
    for precision in PRECISIONS:
        with findings.evidence_for(precision):
            _compare(findings, evidence, precision)
    return findings.checks


def _compare(findings: Findings, evidence: Evidence, precision: Precision) -> None:
    reference, candidate = evidence.backends
    stages = {backend: evidence.stages(backend, precision) for backend in evidence.backends}
    first_wrong = ""
    for name in stage_names(evidence.scenario):
        with findings.evidence_for(f"{precision}.{name}"):
            own, other = (evidence.stage(backend, stages[backend], name) for backend in (candidate, reference))
            _judge_stage(findings, own, other, name, precision, first_wrong)
        if not first_wrong and findings.checks[-1].status in ("fail", "error"):
            first_wrong = name


def _judge_stage(
    findings: Findings, own: Array, other: Array, name: str, precision: Precision, first_wrong: str
) -> None:
    check, where = f"{precision}.{name}", f"stage {name} ({precision})"
    note = f"; the first stage that differs is {first_wrong}" if first_wrong else ""
    expected = stage_type(name, precision)
    wrong_type = "" if own.dtype == expected else f"type is {own.dtype}, {expected} was asked for"
    if problem := mismatch(own, other) or wrong_type or not_finite(own) or not_finite(other):
        findings.demand(check, False, f"{where}: {problem}{note}")
        return
    error = relative_error(own, other)
    if error is None:
        findings.error(check, f"{where}: the reference is zero everywhere, so nothing was compared{note}")
        return
    findings.measure(check, error, precision, f"{where}: largest difference over the largest value{note}")


def stage_type(name: str, precision: Precision) -> str:
    """NumPy type of a stage that is computed in a precision."""
    if name in COMPLEX_STAGES:
        return "complex64" if precision == "float32" else "complex128"
    return precision
