"""Rung 13: do the pictures of the two sides agree, after the gauges that physics leaves free are fixed and judged?

Evidence: `inference_outputs/` of both sides on their common covered pixels. The fitted gauges are judged too: a scale,
a shift or a linear phase between two ports of one network is a fault. Only the global phase is free, and for measured
data a linear phase and a shift of the whole picture, within limits. Whether the twin conj(O(-x)) is nearer is reported,
not judged. Where neither side is nearer to the truth than the best constant picture, their agreement shows nothing.
"""

import math
from pathlib import Path

from harness import layout
from harness.files import sha256
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.metrics import judged
from harness.judge.reconstructions import agreement, correlation_with_truth
from harness.judge.tolerances import Limits
from harness.judge.truth import PARTS, parts_with_a_picture
from harness.judge.verdict import Check
from harness.records.pictures import AgreementMetrics
from harness.scenario.names import backend_of

NEEDS = frozenset({"train", "infer"})
BEST_CONSTANT = 0.0
"""Correlation with the truth of a picture that is one number everywhere."""


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check that the sides are different trainings, then compare their pictures and their distances from the truth."""
    findings = Findings("agreement", limits)
    with findings.evidence_for("two_sides"):
        _two_sides(findings, evidence)
    with findings.evidence_for("sides"):
        _compare(findings, evidence, agreement(evidence)[1])
    with findings.evidence_for("pearson_gap"):
        _compare_distances(findings, evidence)
    return findings.checks


def _two_sides(findings: Findings, evidence: Evidence) -> None:
    """Compare the digests of the trained weights: two ports never train to the same bits, so equal files are wrong."""
    reference, candidate = evidence.backends
    if backend_of(reference) == backend_of(candidate):  # one port at two revisions may well do so
        return
    if evidence.contract.states_nothing:  # commands keep their weights to themselves
        return
    digests = {
        backend: sha256(evidence.existing(Path(backend, layout.BUNDLE, layout.WEIGHTS)))
        for backend in evidence.backends
    }
    if digests[reference] == digests[candidate]:
        hint = "one side was compared with itself; to ask for that, name sides such as torch@main,torch"
        findings.error("two_sides", f"{reference} and {candidate} hold the same trained weights: {hint}")
    else:
        findings.demand("two_sides", True, f"{reference} and {candidate} trained weights of their own")


def _compare(findings: Findings, evidence: Evidence, found: AgreementMetrics) -> None:
    leading, gauges = parts_with_a_picture(evidence)[0], found.gauges
    metrics = {"amplitude": found.amplitude, "phase": found.phase}
    r = metrics[leading]["pearson_r"]
    findings.measure("pearson_r", r, "pearson_r", f"correlation of the {leading} of the two sides")
    for part in PARTS:
        for name in judged(part):
            message = f"{name} of the {part} between the two sides"
            findings.measure(f"{part}.{name}", metrics[part][name], f"{part}.{name}", message)
    scale = gauges.scale
    off = abs(math.log(scale)) if scale and scale > 0 else None
    findings.measure("scale", off, "scale", f"amplitude scale {scale} between the two sides, |ln|")
    placed = gauges.misplacement()
    findings.measure("shift", placed["shift"], "shift", "shift between the two sides, pixels")
    findings.measure("ramp", placed["ramp"], "ramp", "linear phase between the two sides, radians a pixel")


def _compare_distances(findings: Findings, evidence: Evidence) -> None:
    """Judge the difference of the correlations with the truth: it may be small although the pictures differ."""
    reference, candidate = (correlation_with_truth(evidence, backend) for backend in evidence.backends)
    gap = None if reference is None or candidate is None else abs(reference - candidate)
    message = f"correlations with the truth, {reference} and {candidate}: difference"
    findings.measure("pearson_gap", gap, "pearson_gap", message)
    if all(correlation is None or correlation <= BEST_CONSTANT for correlation in (reference, candidate)):
        found = f"correlations with the truth {reference} and {candidate}, that of the best constant {BEST_CONSTANT}"
        findings.inconclusive("learned", f"neither has learned: {found}; train longer, or judge the lock-step alone")
