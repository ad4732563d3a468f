"""Rung 9: are mean, deviation and variance of the patches alike on both sides, and is neither side collapsed?

Evidence: `inference_outputs/patches.npz` of both sides, on the region that the network predicts. A collapsed network
predicts patches without contrast; stitched, they may still look like a picture, because the patches overlap.
Before them, inference must have loaded the weights of the bundle, value by value (`inference_outputs/loaded.json`).
"""

from harness.judge.bundle import judge_loaded
from harness.judge.comparing import not_finite, relative_difference
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.patches import collapse_ratio, patch_statistics
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"train", "infer"})
COMPARED = ("mean", "std", "var_zero_mean", "var_zero_mean_median")


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Check each side for collapse, then compare the statistics of the patches of both sides."""
    findings = Findings("patches", limits)
    for backend in evidence.backends:
        with findings.evidence_for(backend):
            problem = not_finite(evidence.predictions(backend).patches)
            findings.demand(f"{backend}.finite", not problem, f"{backend}: {problem or 'every value is finite'}")
            with findings.evidence_for(f"{backend}.contrast"):
                _judge_contrast(findings, evidence, backend)
        judge_loaded(findings, evidence, backend)
    with findings.evidence_for("sides"):
        _compare(findings, evidence)
    return findings.checks


def _judge_contrast(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Check that a side's patches have contrast; where neither side's have any, say that no port is told by it."""
    message = f"{backend}: median contrast of the patches over that of the true ones"
    own, limit = collapse_ratio(evidence, backend), findings.limit("contrast")
    findings.measure(f"{backend}.contrast", own, "contrast", message)
    least = limit.value if limit else None
    if own is None or least is None or own >= least:
        return
    others = [collapse_ratio(evidence, side) for side in evidence.backends if side != backend]
    if all(ratio is not None and ratio < least for ratio in others):
        findings.explain("both sides have collapsed, so this training learned nothing, or they share a fault")


def _compare(findings: Findings, evidence: Evidence) -> None:
    reference, candidate = evidence.backends
    shapes = [evidence.predictions(backend).patches.shape for backend in evidence.backends]
    findings.demand("shape", shapes[0] == shapes[1], f"patches are {shapes[0]} and {shapes[1]}")
    own, other = patch_statistics(evidence, candidate), patch_statistics(evidence, reference)
    for name in COMPARED:
        message = f"{name} of the patches' amplitude, {other[name]:.4g} and {own[name]:.4g}: relative difference"
        findings.measure(name, relative_difference(own[name], other[name]), name, message)
