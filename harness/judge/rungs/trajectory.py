"""Rung 7: same batches for k steps: does the distance between the sides stay inside the envelope of rounding noise?

Evidence: `trajectory/` of both sides. In float64 no envelope is needed: every weight, at every step, is held against
the tensor's largest value. In float32 rounding grows with the steps, in correct ports too: the distance between the
sides is held, at every step, against the largest that either side has had from itself (`noise_float32.json`). A weight
that in float64, too, is but rounding is held against that (`noise_float64.json`). The loss before the first step is
held against that of the lock-step, which another leg of the same process computed.
"""

import numpy as np

from harness.arrays import PRECISIONS, Array, Precision
from harness.errors import HarnessError
from harness.judge.comparing import mismatch, not_finite, relative_difference, relative_error
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import distance_between_sides, envelope, largest, last_step, start, steps, trajectory_noise
from harness.judge.tensors import is_rounding, judge_presence, unchanged
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.run.legs.distances import distance, farthest
from harness.run.legs.trajectory import LOSS

NEEDS = frozenset({"lockstep", "trajectory"})
EXACT: Precision = "float64"


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Ask each side for a whole trajectory, then compare them: exactly in float64, against the noise in float32."""
    findings = Findings("trajectory", limits)
    for precision in PRECISIONS:
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.{precision}"):
                _judge_side(findings, evidence, backend, precision)
    with findings.evidence_for(EXACT):
        _compare_exactly(findings, evidence)
    with findings.evidence_for("float32"):
        _compare_in_noise(findings, evidence)
    return findings.checks


def _judge_side(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    values, losses = steps(evidence, backend, precision)
    last, asked = last_step(evidence, backend, precision), evidence.scenario.lockstep.steps
    both = {name: value for name, value in last.items() if name in values}
    judge_presence(findings, f"{backend}.{precision}.present", backend, both, evidence.contract.shapes)
    findings.demand(f"{backend}.{precision}.steps", len(losses) == asked, f"{backend}: {len(losses)} of {asked} steps")
    first = start(evidence, backend, precision)
    judge_presence(findings, f"{backend}.{precision}.start_present", backend, first, evidence.contract.shapes)
    lost = [name for held in (first, values, {LOSS: losses}, last) for name, value in held.items() if not_finite(value)]
    findings.demand(f"{backend}.{precision}.finite", not lost, f"{backend}: not finite: {', '.join(lost) or 'nothing'}")
    unmoved = unchanged(first, last, evidence.contract.trained)
    message = f"{backend}: weights that are where they were at the start: {', '.join(unmoved) or 'none'}"
    findings.demand(f"{backend}.{precision}.moving", not unmoved, message)
    if precision == EXACT and len(losses):
        _judge_start(findings, evidence, backend, float(losses[0]))


def _judge_start(findings: Findings, evidence: Evidence, backend: str, loss: float) -> None:
    """The loss before the first step is that of the lock-step: same weights, same batch, in another leg.

    Where it is not, the trajectory started elsewhere, or the port remembers what it did before in its process.
    """
    try:
        expected = evidence.losses(backend, EXACT)["loss"]
    except HarnessError:  # the rung of the loss says why there is none
        return
    message = f"{backend}: loss before the first step against that of the lock-step, from the same weights and batch"
    findings.measure(f"{backend}.{EXACT}.start", relative_difference(loss, expected), "start", message)


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
    """Judge one tensor (steps, n) at every step, and `more` pairs of it: the whole tensor after the last step.

    `rounding`: the distance of a side from itself, of a tensor that is but rounding.
    """
    check = f"{EXACT}.{name}"
    pairs = [(own, other), *more]
    problems = (mismatch(a, b) or not_finite(a) or not_finite(b) for a, b in pairs)
    if problem := next(filter(None, problems), ""):
        findings.demand(check, False, f"{name}: {problem}")
        return
    if rounding is not None:
        far = max(farthest(own, other), *(distance(a, b) for a, b in more))
        message = f"{name} over {len(own)} steps: distance between the sides over that of a side from itself"
        findings.measure(check, far / rounding, "noise", message)
        return
    errors = np.array([_error(a, b) for a, b in [*zip(own, other, strict=True), *more]])
    worst = int(np.argmax(errors[: len(own)])) + 1
    message = f"{name} over {len(own)} steps, most at step {worst}: largest difference over the largest value"
    findings.measure(check, float(errors.max()), EXACT, message)


def _error(own: Array, other: Array) -> float:
    """As `relative_error`, for tensors that may be zero at first, such as biases."""
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
