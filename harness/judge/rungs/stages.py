"""Rung 2: does every named stage of the forward pass agree, from the same weights and the same batch?

Evidence: `lockstep/stages_{float32,float64}.npz` of both sides. Each stage is a check of its own, in the order
of the forward pass: its error is the largest difference over the largest magnitude of the reference's stage.
In `graft/` the candidate computes every stage from the reference's earlier stages: a stage that differs there is wrong
itself, one that differs only in the whole pass has a wrong input. `lockstep/batch_sizes.json` of each side says what it
returns for one group in batches of several sizes.
"""

from harness.arrays import PRECISIONS, Array, Precision
from harness.judge.batch_sizes import judge_batch_sizes
from harness.judge.declared import gone
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import grafted
from harness.judge.rungs.spec import differences
from harness.judge.tensors import judge_tensor
from harness.judge.tolerances import Limits
from harness.judge.verdict import RED, Check
from harness.ports.contract import Stage

NEEDS = frozenset({"lockstep", "graft"})
ALONE: Precision = "float64"
"""Precision of the stages in `graft/`."""


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare every stage at both precisions; the message of a red check names the first stage that differs."""
    findings = Findings("stages", limits)
    for precision in PRECISIONS:
        with findings.evidence_for(precision):
            _compare(findings, evidence, precision)
    with findings.evidence_for("alone"):
        _compare_alone(findings, evidence)
    judge_batch_sizes(findings, evidence)
    with findings.evidence_for("declared"):
        _demand_what_is_declared(findings, evidence)
    return findings.checks


def _demand_what_is_declared(findings: Findings, evidence: Evidence) -> None:
    """A declared difference that is no longer there is as wrong as one that nobody declared."""
    failed = [
        f"{check.rung}.{check.name}" for check in (*differences(evidence), *findings.checks) if check.status == "fail"
    ]
    for what in gone(evidence.declared, failed):
        message = (
            f"{what} is declared to differ ({evidence.declared[what].differs}), and does not; take the declaration out"
        )
        findings.demand("no_longer_there", False, message)


def _compare(findings: Findings, evidence: Evidence, precision: Precision) -> None:
    reference, candidate = evidence.backends
    stages = {backend: evidence.stages(backend, precision) for backend in evidence.backends}
    first_wrong = ""
    for stage in evidence.contract.stages:
        with findings.evidence_for(f"{precision}.{stage.name}"):
            own, other = (evidence.stage(backend, stages[backend], stage.name) for backend in (candidate, reference))
            _judge_stage(findings, own, other, stage, precision, first_wrong)
        if not first_wrong and findings.checks[-1].status in RED:
            first_wrong = stage.name


def _judge_stage(
    findings: Findings, own: Array, other: Array, stage: Stage, precision: Precision, first_wrong: str
) -> None:
    note = f"; the first stage that differs is {first_wrong}" if first_wrong else ""
    expected = stage_type(stage, precision)
    wrong_type = "" if own.dtype == expected else f"type is {own.dtype}, {expected} was asked for"
    where = f"stage {stage.name} ({precision}{note})"
    judge_tensor(findings, f"{precision}.{stage.name}", precision, own, other, where, wrong_type)


def _compare_alone(findings: Findings, evidence: Evidence) -> None:
    reference, candidate = evidence.backends
    expected = evidence.stages(reference, ALONE)
    alone, problems = grafted(evidence, candidate)
    for name in [stage.name for stage in evidence.contract.stages]:
        with findings.evidence_for(f"alone.{name}"):
            if name in problems:
                findings.demand(f"alone.{name}", False, f"stage {name} of {candidate} alone: {problems[name]}")
                continue
            own, other = (evidence.stage(side, of, name) for side, of in ((candidate, alone), (reference, expected)))
            where = f"stage {name} of {candidate} alone, on the stages of {reference} before it"
            judge_tensor(findings, f"alone.{name}", ALONE, own, other, where)


def stage_type(stage: Stage, precision: Precision) -> str:
    """Name of the NumPy type that a stage must have at a precision."""
    if stage.number == "complex":
        return "complex64" if precision == "float32" else "complex128"
    return precision
