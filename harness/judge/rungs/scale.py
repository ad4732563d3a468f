"""Rung 10: is `intensity_scale` saved, restored, and equal within limits on both sides and in closed form?

Evidence: `bundle/params.json`, `bundle/weights.safetensors`, `train_outputs/history.json`,
`inference_outputs/stats.json` of both sides, and the dataset's own value.
"""

from harness.errors import HarnessError
from harness.judge.comparing import relative_difference
from harness.judge.evidence import Evidence, Incapable
from harness.judge.findings import Findings
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check

NEEDS = frozenset({"train", "infer"})


def judge(evidence: Evidence, limits: Limits) -> list[Check]:
    """Follow the scale of each side from the dataset to inference, then compare the sides."""
    findings = Findings("scale", limits)
    with findings.evidence_for("network"):
        if evidence.contract.scale is None and not any(_leaves_one(evidence, name) for name in evidence.backends):
            raise Incapable(f"the network {evidence.contract.network!r} has no intensity scale.")
        _judge_sides(findings, evidence)
    return findings.checks


def _judge_sides(findings: Findings, evidence: Evidence) -> None:
    for backend in evidence.backends:
        with findings.evidence_for(backend):
            _judge_side(findings, evidence, backend)
    with findings.evidence_for("sides"):
        reference, candidate = (_own_scale(evidence, backend)["final"] for backend in evidence.backends)
        message = f"final intensity_scale {reference} and {candidate}: relative difference"
        findings.measure("sides", relative_difference(candidate, reference), "sides", message)


def _leaves_one(evidence: Evidence, backend: str) -> bool:
    """Whether the training of a side left a scale beside its weights, as a command does."""
    try:
        return evidence.bundle(backend).intensity_scale.final is not None
    except HarnessError:
        return False


def scale_values(evidence: Evidence, backend: str) -> dict[str, float | None]:
    """Intensity scale of a side: `initial`, `final`, `restored` by its inference, `closed_form`; None if missing."""
    persisted = evidence.bundle(backend).intensity_scale
    return {
        "initial": persisted.initial,
        "final": persisted.final,
        "restored": evidence.inference(backend).intensity_scale_restored,
        "closed_form": evidence.setup.intensity_scale_closed_form,
    }


def _own_scale(evidence: Evidence, backend: str) -> dict[str, float | None]:
    """The `scale_values` of a side; raises Incapable for a side without an intensity scale."""
    values = scale_values(evidence, backend)
    if values["final"] is None:
        raise Incapable(f"{backend}: its bundle holds no intensity_scale, so inference had the closed form at most.")
    return values


def _judge_side(findings: Findings, evidence: Evidence, backend: str) -> None:
    values, among_weights = _own_scale(evidence, backend), evidence.own_contract(backend).scale is not None
    initial = {"initial": ("exact", "the dataset's", float(evidence.setup.intensity_scale))}
    expectations: dict[str, tuple[str, str, float | None]] = {
        **(initial if among_weights else {}),
        "restored": ("exact", "the final one in the bundle", values["final"]),
        "closed_form": ("closed_form", "the final one", values["final"]),
    }
    if evidence.inference(backend).intensity_scale_source == "not said":
        del expectations["restored"]
        findings.inconclusive(f"{backend}.restored", f"{backend}: does not say the scale that its inference used")
    for name, (limit, what, expected) in expectations.items():
        message = f"{backend}: {name} intensity_scale {values[name]} against {what}, {expected}, relative"
        findings.measure(f"{backend}.{name}", relative_difference(values[name], expected), limit, message)
    for name, found in _copies(evidence, backend).items():
        message = f"{backend}: intensity_scale {found} in {name} against the final one, relative"
        findings.measure(f"{backend}.{name}", relative_difference(found, values["final"]), "exact", message)
    if among_weights:
        _judge_motion(findings, evidence, backend, values)


def _copies(evidence: Evidence, backend: str) -> dict[str, float | None]:
    """The final scale in the other files that hold it: the history and, of a side that shares them, the weights."""
    epochs = evidence.history(backend)
    of_history = epochs[-1].metrics.get("intensity_scale") if epochs else None
    if evidence.own_contract(backend).scale is None:
        return {} if of_history is None else {"history": of_history}
    return {"history": of_history, "weights": evidence.trained_scale(backend)}


def _judge_motion(findings: Findings, evidence: Evidence, backend: str, values: dict[str, float | None]) -> None:
    """Check that a trainable scale changed in training, or that a fixed one did not."""
    motion = relative_difference(values["final"], values["initial"])
    message = f"{backend}: relative change in training of the intensity_scale"
    scale = evidence.contract.scale
    if scale is not None and scale.trained:
        findings.demand(f"{backend}.moved", bool(motion), f"{message}, which is trainable: {motion}")
    else:
        findings.measure(f"{backend}.fixed", motion, "exact", f"{message}, which is fixed")
