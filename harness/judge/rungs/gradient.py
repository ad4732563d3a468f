"""Rung 5: is the gradient of every weight, the intensity scale included, the same on both sides, and not zero?

Evidence: `lockstep/gradients_{float32,float64}.npz` of both sides. In float64 the largest difference is compared with
the largest value of the tensor. In float32, and where rounding dominates, the distance between the sides is compared
with the distance of either side from itself when its weights are nudged and its batch is reordered
(`lockstep/gradient_noise_<precision>.json`).
"""

from harness.arrays import PRECISIONS, Precision
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import gradient_noise, gradients
from harness.judge.tensors import judge_each, judge_presence, without_common_factor
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"lockstep"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check that each side has all gradients, then compare them one by one."""
    findings = Findings("gradient", limits)
    for precision in PRECISIONS:
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.{precision}"):
                _judge_side(findings, evidence, backend, precision)
        with findings.evidence_for(precision):
            _compare(findings, evidence, precision)
    return findings.checks


def _judge_side(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    found, contract = gradients(evidence, backend, precision), evidence.own_contract(backend)
    expected = {name: contract.shapes[name] for name in contract.trained}
    judge_presence(findings, f"{backend}.{precision}.present", backend, found, expected)
    zero = [name for name in expected if name in found and not found[name].any()]
    message = f"{backend}: gradients that are zero everywhere: {', '.join(zero) or 'none'}"
    findings.demand(f"{backend}.{precision}.moving", not zero, message)


def _compare(findings: Findings, evidence: Evidence, precision: Precision) -> None:
    reference, candidate = (gradients(evidence, backend, precision) for backend in evidence.backends)
    noise = gradient_noise(evidence, precision)
    candidate = without_common_factor(
        findings, f"{precision}.factor", "gradient", evidence.backends, (reference, candidate)
    )
    judge_each(findings, precision, evidence.contract.trained, (reference, candidate), noise, "gradient of {}")
