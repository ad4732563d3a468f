"""Whether the weights that were trained are those of the bundle, and those that inference loaded, value by value.

Evidence: `train_outputs/trained.json` and `inference_outputs/loaded.json`, the digest of every weight as the port held
it after its training and before its inference, and `bundle/weights.safetensors`.
"""

from collections.abc import Mapping
from pathlib import Path

from harness import layout
from harness.arrays import fingerprints
from harness.judge.evidence import TEXT_BY_NAME, Evidence
from harness.judge.findings import Findings

TRAINED = Path(layout.TRAIN_OUTPUTS, layout.TRAINED)
LOADED = Path(layout.INFERENCE_OUTPUTS, layout.LOADED)


def judge_bundle(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Add a check that the bundle of a side holds what it trained."""
    with findings.evidence_for(f"{backend}.bundle"):
        trained, bundle = _read(evidence, backend, TRAINED), fingerprints(evidence.trained_weights(backend))
        told = f"{backend}: weights whose values in the bundle are not those at the end of the training"
        _demand_the_same(findings, f"{backend}.bundle", told, trained, bundle)


def judge_loaded(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Add a check that the inference of a side computed with what its bundle holds."""
    with findings.evidence_for(f"{backend}.loaded"):
        loaded, bundle = _read(evidence, backend, LOADED), fingerprints(evidence.trained_weights(backend))
        told = f"{backend}: weights whose values in inference are not those of the bundle"
        _demand_the_same(findings, f"{backend}.loaded", told, loaded, bundle)


def _demand_the_same(
    findings: Findings, check: str, told: str, held: Mapping[str, str], bundle: Mapping[str, str]
) -> None:
    others = sorted(name for name in held.keys() | bundle.keys() if held.get(name) != bundle.get(name))
    findings.demand(check, not others, f"{told}: {', '.join(others) or 'none'}")


def _read(evidence: Evidence, backend: str, relative: Path) -> dict[str, str]:
    return evidence.record(Path(backend) / relative, TEXT_BY_NAME)
