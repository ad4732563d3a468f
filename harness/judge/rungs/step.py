"""Rung 6: are the weights, and the state of the optimiser, the same after one step?

Evidence: `trajectory/first_{float32,float64}.npz` of both sides, from the weights in `start_<precision>.npz`. In
float64 they must agree to rounding; in float32, and where rounding dominates, their distance is compared with the
distance of either side from itself after a nudge (`noise_<precision>.json`). Trained weights must have changed, fixed
ones must not. A factor that all first or all second moments share is told once and taken out. Where weights differ in
float64 after a step of Adam, each side is held against the formula, which tells whose step is another.
"""

from dataclasses import replace
from functools import partial

from harness.arrays import PRECISIONS, Precision, Weights
from harness.judge.adam import off_formula
from harness.judge.bits import CHECK, demand_bits
from harness.judge.declared import demand_still_there, found_in_step
from harness.judge.evidence import Evidence, Incapable
from harness.judge.findings import Findings
from harness.judge.hypotheses.training.factors import meaning_of_moments
from harness.judge.lockstep import first_step, start, trajectory_noise
from harness.judge.rungs.spec import differences
from harness.judge.tensors import judge_each, judge_presence, unchanged, without_common_factor
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"lockstep", "trajectory", "repeat"})
_SQUARED = {"second_moment": " (it holds the factor of the gradients squared)"}
"""What is said of a factor in a kind of state beside the factor itself."""


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check that each side has all weights and state, then compare them one by one."""
    findings = Findings("step", limits)
    for precision in PRECISIONS:
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.{precision}"):
                _judge_side(findings, evidence, backend, precision)
        with findings.evidence_for(precision):
            _compare(findings, evidence, precision)
    with findings.evidence_for(CHECK):
        after = tuple(first_step(evidence, side, "float64") for side in evidence.backends)
        demand_bits(findings, evidence, "weights and moments after one step", after)
    findings.checks = [_with_formula(check, evidence, findings) for check in findings.checks]
    with findings.evidence_for("declared"):
        _demand_what_is_declared(findings, evidence)
    return findings.checks


def _demand_what_is_declared(findings: Findings, evidence: Evidence) -> None:
    """Weights that are declared to differ, and do not, neither by their shape nor after a step."""
    contract, known = evidence.contract, evidence.declared
    if of_weights := {what: known[what] for what in known if found_in_step(what, contract)}:
        demand_still_there(findings, of_weights, (*differences(evidence), *findings.checks))


def _judge_side(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    after, contract = first_step(evidence, backend, precision), evidence.own_contract(backend)
    names, state = contract.trained, contract.optimiser_state
    weights = {name: value for name, value in after.items() if not name.endswith(tuple(f".{kept}" for kept in state))}
    before = start(evidence, backend, precision)
    judge_presence(findings, f"{backend}.{precision}.present", backend, weights, contract.shapes)
    unmoved, fixed = unchanged(before, weights, names), sorted(weights.keys() - {*names, *contract.states})
    moved = sorted(set(fixed) - set(unchanged(before, weights, fixed)))
    message = f"{backend}: trained but not moved: {', '.join(unmoved) or 'none'}; fixed but moved: "
    findings.demand(f"{backend}.{precision}.moving", not unmoved and not moved, message + (", ".join(moved) or "none"))
    expected = {f"{name}.{kept}": contract.shapes[name] for name in names for kept in state}
    with findings.evidence_for(f"{backend}.{precision}.state"):
        found = {name: value for name, value in after.items() if name not in weights}
        if not found:
            raise Incapable(f"{backend} left no state of its optimiser.")
        judge_presence(findings, f"{backend}.{precision}.state", backend, found, expected)


def _compare(findings: Findings, evidence: Evidence, precision: Precision) -> None:
    reference, candidate = (first_step(evidence, backend, precision) for backend in evidence.backends)
    noise = trajectory_noise(evidence, precision, "first")
    for kept in evidence.contract.optimiser_state:
        check, what = f"{precision}.factor.{kept}", f"{kept.replace('_', ' ')}{_SQUARED.get(kept, '')}"
        state = (_kept(reference, kept), _kept(candidate, kept))
        meaning = partial(meaning_of_moments, evidence, kept)
        candidate |= without_common_factor(findings, check, what, evidence.backends, state, meaning)
    judge_each(findings, precision, reference, (reference, candidate), noise, "{} after one step")


def _kept(tensors: Weights, kept: str) -> Weights:
    """One kind of state of the optimiser, such as all first moments."""
    return {name: tensor for name, tensor in tensors.items() if name.endswith(f".{kept}")}


def _with_formula(check: Check, evidence: Evidence, findings: Findings) -> Check:
    """A failed comparison of a weight in float64, with the side that leaves Adam's formula, if only one does."""
    precision, _, name = check.name.partition(".")
    if check.status != "fail" or precision != "float64" or name not in evidence.contract.trained:
        return check
    off: dict[str, float] = {}
    for side in evidence.backends:
        before, after = start(evidence, side, "float64"), first_step(evidence, side, "float64")
        if (error := off_formula(evidence.own_contract(side), before, after, name)) is not None:
            off[side] = error
    exact = findings.limit("float64")
    wrong = [side for side, error in off.items() if exact is not None and not exact.holds(error)]
    if len(off) != len(evidence.backends) or len(wrong) != 1:
        return check
    told = f"{wrong[0]} leaves Adam's formula with the constants that it states"
    errors = ", ".join(f"{side} by {error:.1e}" for side, error in off.items())
    return replace(check, message=f"{check.message}; {told} ({errors})")
