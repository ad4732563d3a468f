"""Rung 5: is the gradient of every weight, the intensity scale included, the same on both sides, and not zero?

Evidence: `lockstep/gradients_{float32,float64}.npz` of both sides. In float64 the largest difference is compared with
the largest value of the tensor. In float32, and where rounding dominates, the distance between the sides is compared
with the distance of either side from itself when its weights are nudged and its batch is reordered
(`lockstep/gradient_noise_<precision>.json`).

The slope comes first: the gradient of each side's loss for the outputs of the network, in float64 and at the outputs of
the reference (`lockstep/slope.npz` of the reference, `graft/slope.npz` of the candidate). It tells a wrong loss from a
wrong network.

Sums of rounded products use all bits of their type. A gradient that does not was rounded to a narrower one afterwards,
by less than the noise of float32 may be; so each side's is looked at by itself.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import partial

import numpy as np

from harness.arrays import PRECISIONS, Array, Precision
from harness.errors import HarnessError
from harness.judge.bits import CHECK, demand_bits
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.hypotheses.training.factors import meaning_of_gradients
from harness.judge.lockstep import gradient_noise, gradients, slopes
from harness.judge.precision import in_float32, in_one_type, significant_bits
from harness.judge.tensors import judge_each, judge_presence, judge_tensor, without_common_factor
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"lockstep", "graft", "trajectory", "repeat"})
BITS = 20
"""Significant bits of the values of a gradient, at least; float32 has 24, TF32 and half precision have 11."""
_ENOUGH = 16
"""Different values that a gradient must hold for its bits to say anything."""
_MOST_NOISE = 0.1
"""Own noise beyond which a gradient is but what rounding left of terms that cancel: multiples of one small number."""
_SAME_SLOPE = "the loss has the same slope at the same outputs, so the network differs"
_OTHER_SLOPE = "the loss has another slope at the same outputs"


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare the slope of the losses, check that each side has all gradients, then compare them one by one."""
    findings = Findings("gradient", limits)
    with findings.evidence_for("slope"):
        _judge_slope(findings, evidence)
    statuses = {check.status for check in findings.checks}
    of_slope = len(findings.checks)
    for precision in PRECISIONS:
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.{precision}"):
                _judge_side(findings, evidence, backend, precision)
        with findings.evidence_for(precision):
            _compare(findings, evidence, precision)
    with findings.evidence_for(CHECK):
        found = tuple(gradients(evidence, side, "float64") for side in evidence.backends)
        demand_bits(findings, evidence, "gradients", found)
    slope_says = _OTHER_SLOPE if "fail" in statuses else _SAME_SLOPE if statuses == {"pass"} else ""
    return [*findings.checks[:of_slope], *(_with_slope(check, slope_says) for check in findings.checks[of_slope:])]


def _judge_slope(findings: Findings, evidence: Evidence) -> None:
    (reference, candidate), (other, own) = evidence.backends, slopes(evidence)
    message = f"the loss of {reference} takes {', '.join(sorted(other))}; that of {candidate} {', '.join(sorted(own))}"
    findings.demand("slope", own.keys() == other.keys(), message)
    own = without_common_factor(findings, "slope.factor", "slope of the loss", evidence.backends, (other, own))
    for name in [name for name in other if name in own]:
        where = f"slope of the loss at {name}, both at the values of {reference}"
        single = in_float32(own[name]) and in_float32(other[name])
        limit = "slope_float32" if single else "float64"
        judge_tensor(findings, f"slope.{name}", limit, *in_one_type(own[name], other[name]), where)
        if single:
            findings.explain("both sides compute it in float32, so float64 cannot be had")


def _with_slope(check: Check, text: str) -> Check:
    """A failed comparison of gradients, with what the slope says of its cause."""
    compares = check.name.startswith(tuple(f"{precision}." for precision in PRECISIONS))
    return replace(check, message=f"{check.message}; {text}") if text and compares and check.status == "fail" else check


def _judge_side(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    found, contract = gradients(evidence, backend, precision), evidence.own_contract(backend)
    expected = {name: contract.shapes[name] for name in contract.trained}
    judge_presence(findings, f"{backend}.{precision}.present", backend, found, expected)
    zero = [name for name in expected if name in found and not found[name].any()]
    message = f"{backend}: gradients that are zero everywhere: {', '.join(zero) or 'none'}"
    findings.demand(f"{backend}.{precision}.moving", not zero, message)
    told = [name for name in expected if name in found and _tells_its_bits(found[name])]
    noise = _own_noise(evidence, backend, precision)
    bits = {name: significant_bits(found[name]) for name in told if max(noise.get(name, ()), default=0) <= _MOST_NOISE}
    coarse = [f"{name} ({count})" for name, count in bits.items() if count < BITS]
    message = f"{backend}: gradients whose values use fewer than {BITS} bits: {', '.join(coarse) or 'none'}"
    findings.demand(f"{backend}.{precision}.bits", not coarse, message)


def _own_noise(evidence: Evidence, backend: str, precision: Precision) -> Mapping[str, Sequence[float]]:
    try:
        return gradient_noise(evidence, precision)[evidence.backends.index(backend)]
    except HarnessError:  # the comparison of the sides says what is missing
        return {}


def _tells_its_bits(gradient: Array) -> bool:
    return np.isfinite(gradient).all() and len(np.unique(gradient[gradient != 0])) >= _ENOUGH


def _compare(findings: Findings, evidence: Evidence, precision: Precision) -> None:
    reference, candidate = (gradients(evidence, backend, precision) for backend in evidence.backends)
    noise = gradient_noise(evidence, precision)
    meaning = partial(meaning_of_gradients, evidence, candidate)
    candidate = without_common_factor(
        findings, f"{precision}.factor", "gradient", evidence.backends, (reference, candidate), meaning
    )
    judge_each(findings, precision, evidence.contract.trained, (reference, candidate), noise, "gradient of {}")
