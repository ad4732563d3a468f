"""Rung 2: does every named stage of the forward pass agree, from the same weights and the same batch?

Evidence: `lockstep/stages_{float32,float64}.npz` of both sides. Each stage is a check of its own, in the order
of the forward pass: its error is the largest difference over the largest magnitude of the reference's stage.
In `graft/` the candidate computes every stage from the reference's earlier stages: a stage that differs there is wrong
itself, one that differs only in the whole pass has a wrong input. These come first, so that one pass names every wrong
stage and not only the first. `lockstep/batch_sizes.json` of each side says what it returns for one group in batches of
several sizes.
"""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np

from harness.arrays import PRECISIONS, Array, Precision
from harness.judge.batch_sizes import judge_batch_sizes
from harness.judge.bits import CHECK, demand_bits
from harness.judge.declared import LATER, demand_still_there, found_in_step
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import grafted, written_in, wrong_alone
from harness.judge.precision import computed_in, in_float32, in_one_type, of_rounding
from harness.judge.rungs import dataset, settings
from harness.judge.rungs.spec import differences
from harness.judge.tensors import judge_tensor
from harness.judge.tolerances import Limits
from harness.judge.verdict import RED, Check, Status, excused
from harness.ports.contract import Stage

NEEDS = frozenset({"lockstep", "graft", "repeat"})
ALONE: Precision = "float64"
"""Precision of the stages in `graft/`."""
_ALONE_SAYS = {
    "pass": "right alone: given wrong input",
    "fail": "wrong by itself",
    "inconclusive": "not judged alone",
    "error": "not judged alone",
}
"""What the check of a stage alone, by its status, says of the stage that is red in the whole pass."""


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare every stage alone, then in the whole pass at both precisions.

    A red stage alone names all stages that are wrong by themselves; a red one of the whole pass says whether it is
    wrong itself or was given wrong input, and which stage was the first to differ. What float32 hides is told last,
    where something that it shows is wrong.
    """
    findings = Findings("stages", limits)
    with findings.evidence_for("alone"):
        _compare_alone(findings, evidence)
    alone = {check.name.removeprefix("alone."): check.status for check in findings.checks}
    for precision in PRECISIONS:
        with findings.evidence_for(precision):
            _compare(findings, evidence, precision, alone)
    small = of_rounding(findings.checks)
    findings.checks.sort(key=lambda check: check.name in small)
    judge_batch_sizes(findings, evidence)
    with findings.evidence_for(CHECK):
        demand_bits(findings, evidence, "stages", tuple(evidence.stages(side, ALONE) for side in evidence.backends))
    with findings.evidence_for("declared"):
        _demand_what_is_declared(findings, evidence, limits)
    return findings.checks


def _demand_what_is_declared(findings: Findings, evidence: Evidence, limits: Limits) -> None:
    """A declared difference that is no longer there is as wrong as one that nobody declared.

    It is looked for in this rung and those below it; a declaration that begins with the name of a rung above is looked
    for there, and one of weights alone on rung step.
    """
    sought = {
        what: known
        for what, known in evidence.declared.items()
        if what.partition(".")[0] not in LATER and not found_in_step(what, evidence.contract)
    }
    if sought:
        below = (*differences(evidence), *settings.judge(evidence, limits), *dataset.judge(evidence, limits))
        demand_still_there(findings, sought, (*below, *findings.checks))


def _compare(findings: Findings, evidence: Evidence, precision: Precision, alone: Mapping[str, Status]) -> None:
    reference, candidate = evidence.backends
    stages = {backend: evidence.stages(backend, precision) for backend in evidence.backends}
    first_wrong = ""
    for stage in evidence.contract.stages:
        with findings.evidence_for(f"{precision}.{stage.name}"):
            own, other = (evidence.stage(backend, stages[backend], stage.name) for backend in (candidate, reference))
            _judge_stage(findings, own, other, stage, precision, first_wrong)
            if precision == ALONE:
                _say_precision(findings, evidence, own, other)
                findings.explain(_ALONE_SAYS.get(alone.get(stage.name, ""), ""))
        if not first_wrong and findings.checks[-1].status in RED:
            first_wrong = stage.name


def _judge_stage(
    findings: Findings, own: Array, other: Array, stage: Stage, precision: Precision, first_wrong: str
) -> None:
    note = f"; the first stage that differs is {first_wrong}" if first_wrong else ""
    expected = stage_type(stage, precision)
    wrong_type = "" if own.dtype == expected else f"type is {own.dtype}, {expected} was asked for"
    if wrong_type and precision == ALONE and in_float32(own) and in_float32(other):
        wrong_type = ""  # float64 cannot be had of either side: the values decide whether anything else is wrong
    where = f"stage {stage.name} ({precision}{note})"
    judge_tensor(findings, f"{precision}.{stage.name}", precision, own, other, where, wrong_type)


def _compare_alone(findings: Findings, evidence: Evidence) -> None:
    reference, candidate = evidence.backends
    expected = evidence.stages(reference, ALONE)
    alone, problems = grafted(evidence, candidate)
    within = _without_partner_before(evidence)
    for name in [stage.name for stage in evidence.contract.stages]:
        with findings.evidence_for(f"alone.{name}"):
            if name in problems:
                message = f"stage {name} of {candidate} cannot be fed with the stages of {reference}: {problems[name]}"
                findings.demand(f"alone.{name}", False, message)
                continue
            sides = (evidence.stage(side, of, name) for side, of in ((candidate, alone), (reference, expected)))
            own, other = in_one_type(*sides)
            more = f", with {', '.join(within[name])}, which has no partner" if within.get(name) else ""
            where = f"stage {name} of {candidate} alone, on the stages of {reference} before it{more}"
            judge_tensor(findings, f"alone.{name}", ALONE, own, other, where)
            _say_precision(findings, evidence, own, other)
            if places := written_in(evidence, name):
                findings.explain(f"written in {', '.join(places)}")
    _name_all_that_are_wrong(findings, evidence)


def _say_precision(findings: Findings, evidence: Evidence, own: Array, other: Array) -> None:
    """Say of the last check which sides computed its stage in float32, although float64 was asked for.

    Where both did, and differ by no more than rounding of float32, float64 decides nothing.
    """
    last, rounding = findings.checks[-1], findings.limit("float32")
    findings.explain(computed_in(evidence.backends, (other, own)))
    agrees = last.value is not None and rounding is not None and rounding.holds(last.value)
    exact = last.status == "pass" and own.dtype in (np.float64, np.complex128)
    if agrees and not exact and in_float32(own) and in_float32(other):
        why = "both sides compute it in float32, so float64 cannot be had"
        findings.checks[-1] = excused(last, "inconclusive", why)


def _name_all_that_are_wrong(findings: Findings, evidence: Evidence) -> None:
    """Append to each red check of a stage alone the names of all stages that are wrong by themselves."""
    names = wrong_alone(evidence, findings.checks)
    others = f"wrong by themselves: {', '.join(names)}" if len(names) > 1 else "no other stage is wrong by itself"
    findings.checks = [
        replace(check, message=f"{check.message}; {others}") if check.name.removeprefix("alone.") in names else check
        for check in findings.checks
    ]


def _without_partner_before(evidence: Evidence) -> dict[str, list[str]]:
    """The stages that only one side has, by the next stage that both have: what is wrong in them shows there."""
    names = [[stage.name for stage in evidence.own_contract(side).stages] for side in evidence.backends]
    both, found = set(names[0]) & set(names[1]), dict[str, list[str]]()
    for own in names:
        lone: list[str] = []
        for name in own:
            if name in both:
                found[name] = [*found.get(name, []), *lone]
                lone = []
            else:
                lone.append(name)
    return found


def stage_type(stage: Stage, precision: Precision) -> str:
    """Name of the NumPy type that a stage must have at a precision."""
    if stage.number == "complex":
        return "complex64" if precision == "float32" else "complex128"
    return precision
