"""Rung 12: how far is each side from the truth, or from the reference reconstruction that stands in for it?

Evidence: `inference_outputs/` of each side and `dataset/ground_truth_*`, on the covered pixels, after the gauges that
the physics leaves free are fixed. The leading part (`parts_with_a_picture`) is judged by the ledger's limit for the
profile; a scenario may set limits for any metric (`reconstruction.amplitude.ssim`,
`reconstruction.phase.skill.even_part`, ...).
"""

from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.metrics import judged
from harness.judge.reconstructions import reconstruction
from harness.judge.tolerances import Limits
from harness.judge.truth import PARTS, parts_with_a_picture
from harness.judge.verdict import Check
from harness.records.pictures import ReconstructionMetrics

NEEDS = frozenset({"train", "infer"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Judge every metric of each side that has a limit."""
    findings = Findings("reconstruction", limits)
    for backend in evidence.backends:
        with findings.evidence_for(backend):
            _judge_side(findings, evidence, backend, reconstruction(evidence, backend).metrics)
    return findings.checks


def _judge_side(findings: Findings, evidence: Evidence, backend: str, metrics: ReconstructionMetrics) -> None:
    lost = metrics.nonfinite
    findings.demand(f"{backend}.finite", lost == 0, f"{backend}: {lost} pixels of the picture are not finite")
    leading = parts_with_a_picture(evidence)[0]
    r = metrics.reconstruction[leading]["pearson_r"]
    findings.measure(f"{backend}.pearson_r", r, "pearson_r", f"{backend}: correlation of the {leading} with the truth")
    for part in PARTS:
        values = {name: metrics.reconstruction[part][name] for name in judged(part)}
        values |= {f"skill.{name}": value for name, value in metrics.skill[part].items()}
        values["contrast"] = metrics.contrast[part]
        for name, value in values.items():
            message = f"{backend}: {name} of the {part} against the truth"
            findings.measure(f"{backend}.{part}.{name}", value, f"{part}.{name}", message)
    placed = _placement(metrics)
    if (
        evidence.own_contract(backend).scale is None
    ):  # without an intensity scale the level of a picture is not determined
        del placed["level_error"]
    for name, value in placed.items():
        findings.measure(f"{backend}.{name}", value, name, f"{backend}: {name.replace('_', ' ')} against the truth")


def _placement(metrics: ReconstructionMetrics) -> dict[str, float | None]:
    return {
        "twin_margin": metrics.twin.margin,
        **metrics.gauges.misplacement(),
        "level_error": None if metrics.level is None else abs(metrics.level - 1),
    }
