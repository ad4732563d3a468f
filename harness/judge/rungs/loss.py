"""Rung 4: does every term of the loss have the same value on both sides?

Evidence: `lockstep/losses_{float32,float64}.json`, `loss` and every term of non-zero weight. The sides are compared
with each other, and each side with the values of the network's oracle for that side's own stages, `oracle/`.

A difference is relative to the value, or to the size of what the loss adds up (`loss_size`) where that is larger: the
Poisson term of one batch may be zero but for its rounding.
"""

import numpy as np

from harness.arrays import PRECISIONS, Precision
from harness.judge.comparing import relative_difference
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.lockstep import loss_size
from harness.judge.oracle import oracle_losses
from harness.judge.precision import computed_in
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"lockstep", "oracle", "repeat"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare every term between the sides, and for each side with the oracle."""
    findings = Findings("loss", limits)
    for precision in PRECISIONS:
        with findings.evidence_for(precision):
            _compare_sides(findings, evidence, precision)
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.{precision}"):
                if evidence.contract.oracle:
                    _compare_with_oracle(findings, evidence, backend, precision)
    return findings.checks


def _compare_sides(findings: Findings, evidence: Evidence, precision: Precision) -> None:
    reference, candidate = (evidence.losses(backend, precision) for backend in evidence.backends)
    expected = {"loss", *(term.name for term in evidence.contract.losses)}
    for backend, found in zip(evidence.backends, (reference, candidate), strict=True):
        wrong = sorted(expected ^ set(found))
        message = f"{backend}: terms {sorted(found)}, differing from those asked for in {wrong}"
        findings.demand(f"{backend}.{precision}.terms", not wrong, message)
    size = loss_size(evidence)
    for term in sorted(expected):
        error = _difference(candidate.get(term), reference.get(term), size)
        findings.measure(f"{precision}.{term}", error, precision, f"{term} ({precision}) between the sides, relative")
        if precision == "float64" and term in reference and term in candidate:
            values = (np.array([side[term]], float) for side in (reference, candidate))
            findings.explain(computed_in(evidence.backends, [*values]))


def _compare_with_oracle(findings: Findings, evidence: Evidence, backend: str, precision: Precision) -> None:
    found, size = evidence.losses(backend, precision), loss_size(evidence)
    for term, value in oracle_losses(evidence, backend, precision).items():
        error = _difference(found.get(term), value, size)
        message = f"{term} of {backend} ({precision}) against the oracle, relative"
        findings.measure(f"{backend}.{precision}.{term}", error, f"oracle_{precision}", message)


def _difference(own: float | None, other: float | None, size: float) -> float | None:
    """The difference of two values of a loss over the larger of them or, where that is larger still, over `size`."""
    error = relative_difference(own, other)
    if error is None or own is None or other is None:
        return error
    largest = max(abs(own), abs(other))
    return error * largest / size if size > largest else error
