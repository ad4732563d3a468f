"""Rung 7: does the distance between the sides stay inside the envelope of rounding noise over k steps?

Evidence: `trajectory/` of both sides, from the same weights and batches. In float64 no envelope is needed: at every
step, the difference of every weight is compared with the tensor's largest value. In float32 rounding grows with the
steps, in correct ports too: at every step, the distance between the sides is compared with the largest distance of
either side from itself so far (`noise_float32.json`). A weight that rounding dominates even in float64 is compared
with its noise, too (`noise_float64.json`). The loss before the first step is compared with that of the lock-step,
which another leg of the same process computed. The last weights are compared with those of the same steps in one epoch,
in which nobody read anything: what is watched does not change.
The first epochs of the real training are replayed in float64 (`replay/`), whose weights are compared, too; and a side
that goes on from its own checkpoint must get where it gets without an interruption.
"""

import numpy as np

from harness.arrays import PRECISIONS, Array, Precision
from harness.errors import HarnessError
from harness.judge.comparing import in_one_kind, mismatch, not_finite, or_infinity, relative_difference, relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import (
    distance_between_sides,
    envelope,
    largest,
    last_step,
    start,
    steps,
    trajectory_noise,
    unwatched,
)
from harness.judge.precision import in_float32
from harness.judge.replay import compare_replays
from harness.judge.resume import judge_resumed
from harness.judge.tensors import is_rounding, judge_presence, unchanged
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.run.legs.distances import distance, largest_distance
from harness.run.legs.trajectory import LOSS

NEEDS = frozenset({"lockstep", "trajectory", "repeat", "replay"})
EXACT: Precision = "float64"


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check that each side has a complete trajectory, then compare both: in float64 exactly, in float32 with noise."""
    findings = Findings("trajectory", limits)
    for precision in PRECISIONS:
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.{precision}"):
                _judge_side(findings, evidence, backend, precision)
    for backend in evidence.backends:
        with findings.evidence_for(f"{backend}.{EXACT}.unwatched"):
            _judge_watching(findings, evidence, backend)
    with findings.evidence_for(EXACT):
        _compare_exactly(findings, evidence)
    with findings.evidence_for("float32"):
        _compare_in_noise(findings, evidence)
    compare_replays(findings, evidence)
    for backend in evidence.backends:
        judge_resumed(findings, evidence, backend)
    return findings.checks


def _judge_side(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    values, losses = steps(evidence, backend, precision)
    contract = evidence.own_contract(backend)
    last, expected = last_step(evidence, backend, precision), evidence.scenario.lockstep.steps
    both = {name: value for name, value in last.items() if name in values}
    judge_presence(findings, f"{backend}.{precision}.present", backend, both, contract.shapes)
    enough = len(losses) == expected
    findings.demand(f"{backend}.{precision}.steps", enough, f"{backend}: {len(losses)} of {expected} steps")
    first = start(evidence, backend, precision)
    judge_presence(findings, f"{backend}.{precision}.start_present", backend, first, contract.shapes)
    groups = (first, values, {LOSS: losses}, last)
    lost = [name for arrays in groups for name, array in arrays.items() if not_finite(array)]
    findings.demand(f"{backend}.{precision}.finite", not lost, f"{backend}: not finite: {', '.join(lost) or 'nothing'}")
    unmoved = unchanged(first, last, contract.trained)
    message = f"{backend}: weights that are where they were at the start: {', '.join(unmoved) or 'none'}"
    findings.demand(f"{backend}.{precision}.moving", not unmoved, message)
    if precision == EXACT and len(losses):
        _judge_start(findings, evidence, backend, float(losses[0]))


def _judge_start(findings: Findings, evidence: Evidence, backend: str, loss: float) -> None:
    """Compare the loss before the first step with that of the lock-step: same weights and batch, in another leg.

    Where they differ, the trajectory had another start, or the port carries state over from earlier work. A side that
    computes its loss in float32, whatever was asked for, is off by that in another graph.
    """
    try:
        expected = evidence.losses(backend, EXACT)["loss"]
    except HarnessError:  # the loss rung reports why there is none
        return
    message = f"{backend}: loss before the first step against that of the lock-step, from the same weights and batch"
    limit = "start_float32" if in_float32(np.array([loss, expected])) else "start"
    findings.measure(f"{backend}.{EXACT}.start", relative_difference(loss, expected), limit, message)


def _judge_watching(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Compare the last weights with those of the same steps as one epoch: reading weights must not change them."""
    found = unwatched(evidence, backend)
    name = max(found, key=lambda weight: or_infinity(found[weight]))
    message = f"{backend}: {name} after the steps, read after each of them, against the same steps as one epoch"
    findings.measure(f"{backend}.{EXACT}.unwatched", found[name], "unwatched", message)


def _compare_exactly(findings: Findings, evidence: Evidence) -> None:
    (reference, losses), (candidate, own_losses) = (steps(evidence, backend, EXACT) for backend in evidence.backends)
    first, last = (last_step(evidence, backend, EXACT) for backend in evidence.backends)
    noise = trajectory_noise(evidence, EXACT, "weights")
    _judge_tensor(findings, "loss", own_losses, losses, [])
    for name in evidence.contract.shapes:
        if name in reference and name in candidate and name in first and name in last:
            pair, ends = (candidate[name], reference[name]), (last[name], first[name])
            rounding = largest(noise, name, EXACT) if is_rounding(findings, EXACT, noise, name) else None
            _judge_tensor(findings, name, *pair, [ends], rounding)


def _judge_tensor(
    findings: Findings,
    name: str,
    own: Array,
    other: Array,
    more: list[tuple[Array, Array]],
    rounding: float | None = None,
) -> None:
    """Add a check of one tensor in float64 over all steps.

    Args:
        findings: where the check is added.
        name: name of the tensor.
        own: sampled values (steps, n) of the candidate.
        other: sampled values (steps, n) of the reference.
        more: further pairs (candidate, reference): the whole tensor after the last step.
        rounding: for a tensor that rounding dominates, its distance from itself after a nudge.
    """
    check = f"{EXACT}.{name}"
    own, other = in_one_kind(own, other)
    more = [in_one_kind(*ends) for ends in more]
    pairs = [(own, other), *more]
    problems = (mismatch(a, b) or not_finite(a) or not_finite(b) for a, b in pairs)
    if problem := next(filter(None, problems), ""):
        findings.demand(check, False, f"{name}: {problem}")
        return
    if rounding is not None:
        far = max(largest_distance(own, other), *(distance(a, b) for a, b in more))
        message = f"{name} over {len(own)} steps: distance between the sides over that of a side from itself"
        findings.measure(check, far / rounding, "noise", message)
        return
    errors = np.array([_error(a, b) for a, b in [*zip(own, other, strict=True), *more]])
    worst = int(np.argmax(errors[: len(own)])) + 1
    message = f"{name} over {len(own)} steps, most at step {worst}: largest difference over the largest value"
    findings.measure(check, float(errors.max()), EXACT, message)


def _error(own: Array, other: Array) -> float:
    """`relative_error` that is defined for an `other` of zeros, too, as biases may be at first.

    It is then 0 where `own` is zero as well, and infinite where it is not.
    """
    error = relative_error(own, other)
    return error if error is not None else 0.0 if not own.any() else np.inf


def _compare_in_noise(findings: Findings, evidence: Evidence) -> None:
    far, noise = distance_between_sides(evidence, "float32"), envelope(evidence)
    if len(far) != len(noise):
        findings.demand("float32.distance", False, f"{len(far)} steps, but noise was measured over {len(noise)}")
        return
    ratios = far / noise
    worst = int(np.argmax(ratios))
    message = f"distance of all weights between the sides over that of a side from itself, most at step {worst + 1}"
    findings.measure("float32.distance", float(ratios[worst]), "noise", message)
