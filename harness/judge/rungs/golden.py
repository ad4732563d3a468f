"""Rung 16: does the result agree with the approved one?

Evidence: `train_outputs/`, `bundle/` and `inference_outputs/` of each side, and `golden/`, a copy of the approved files
of the case with their provenance, made when the case was run. Each side is compared with its own approved result; the
rungs below compare the sides with each other. One backend at two revisions has one approved result.
"""

from pathlib import Path

from harness import layout
from harness.judge.evidence import Evidence, NoEvidence
from harness.judge.findings import Findings
from harness.judge.golden import approved, registry
from harness.judge.quantities import QUANTITIES
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check
from harness.records.golden import Provenance, SideRecord
from harness.scenario.names import backend_of

NEEDS = frozenset({"train", "infer"})
LABELS = {name: one.label for name, one in QUANTITIES.items()} | {"picture": "small picture, over its contrast"}


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Compare each side with its approved result."""
    findings = Findings("golden", limits)
    with findings.evidence_for("approved"):
        found = evidence.parsed(Path(layout.GOLDEN, layout.PROVENANCE), Provenance)
        if found.reason:
            findings.skip("approved", found.reason)
            return findings.checks
        for backend in evidence.backends:
            with findings.evidence_for(f"{backend}.approved"):
                _judge_side(findings, evidence, backend, found.sides.get(backend))
    return findings.checks


def _judge_side(findings: Findings, evidence: Evidence, backend: str, found: SideRecord | None) -> None:
    if found is None:
        findings.skip(f"{backend}.approved", f"no result of {backend} is approved for this case")
        return
    if found.problem:
        raise NoEvidence(found.problem)
    for name, entry in found.files.items():
        if problem := registry.damage(evidence.existing(Path(layout.GOLDEN, name)), entry):
            raise NoEvidence(problem)
    for entry in list(found.files.values())[:1]:  # all are of one run
        if difference := registry.environment_difference(entry, environment(evidence, backend)):
            findings.inconclusive(f"{backend}.environment", f"{backend} {difference}")
    before = approved.read(evidence.case_dir / layout.GOLDEN, backend_of(backend))
    for name, value in before.distances(approved.of_side(evidence, backend)).items():
        message = f"{backend}: {LABELS[name]}, today against the approved: difference"
        findings.measure(f"{backend}.{name}", value, name, message)


def environment(evidence: Evidence, backend: str) -> dict[str, str]:
    """What a side's result depends on besides the scenario: package versions, class of device, number of threads."""
    side = evidence.metadata.backends[backend]
    facts = {"device": side.device.kind, "threads": str(side.threads)}
    return {**side.distributions, **facts}
