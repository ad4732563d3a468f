"""The first epochs of the real training, replayed in float64: between the sides, and against each side's own training.

Evidence: `replay/weights.npz` and `replay/history.json` of both sides, and `train_outputs/history.json`.
"""

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Weights
from harness.judge.comparing import in_one_kind, relative_difference, relative_error
from harness.judge.evidence import Evidence, Incapable
from harness.judge.findings import Findings
from harness.judge.lockstep import trajectory_noise
from harness.judge.precision import in_float32
from harness.judge.tensors import is_rounding
from harness.records.history import Epoch, History

CHECK, LIMIT = "float64.replay", "replay"
RANDOM = "dropout"
"""Part of the kind of a layer that draws random numbers in a training, and stands still in its replay."""


def compare_replays(findings: Findings, evidence: Evidence) -> None:
    """Add a check of the weights of both sides after the replayed epochs, by the one that is farthest off.

    Weights whose steps are but rounding are left out: an optimiser such as Adam makes whole steps of it.
    """
    with findings.evidence_for(CHECK):
        other, own = (replayed_weights(evidence, side) for side in evidence.backends)
        if any(in_float32(value) for value in [*other.values(), *own.values()] if value.size > 1):
            raise Incapable("a side computes in float32 alone, whose rounding grows over epochs of real training")
        errors = _errors(findings, evidence, own, other)
        worst = max(errors, key=lambda name: errors[name], default=None)
        steps = replayed_history(evidence, evidence.backends[1]).epochs[-1].step
        message = f"{steps} steps of the real training in float64, most in {worst}: largest difference over the largest"
        findings.measure(CHECK, None if worst is None else errors[worst], LIMIT, f"{message} value")


def _errors(findings: Findings, evidence: Evidence, own: Weights, other: Weights) -> dict[str, float]:
    noise = trajectory_noise(evidence, "float64", "weights")
    alike = [name for name in other if name in own and own[name].shape == other[name].shape]
    kept = [name for name in alike if not is_rounding(findings, "float64", noise, name)]
    return {name: _error(*in_one_kind(own[name], other[name])) for name in kept}


def _error(own: np.ndarray, other: np.ndarray) -> float:
    if np.array_equal(own, other, equal_nan=True):
        return 0.0
    error = relative_error(own, other)
    return np.inf if error is None or not np.isfinite(error) else error


def judge_history(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Add a check of what a side's training reported of its first epochs, against what their replay reported."""
    with findings.evidence_for(f"{backend}.replayed"):
        try:
            replayed = replayed_history(evidence, backend).epochs
        except Incapable:  # rung trajectory says why it was not replayed
            return
        if any(RANDOM in str(layer.get("kind")) for layer in evidence.own_contract(backend).layers.values()):
            return
        trained = evidence.history(backend)[: len(replayed)]
        worst = _worst(trained, replayed)
        message = f"{backend}: metrics of the first {len(replayed)} epochs against the same epochs in float64, relative"
        findings.measure(f"{backend}.replayed", worst, "replayed", message)


def _worst(trained: Sequence[Epoch], replayed: Sequence[Epoch]) -> float | None:
    """Largest relative difference of a metric of an epoch; None where one is missing or not finite."""
    if len(trained) < len(replayed):
        return None
    errors = [
        relative_difference(one.metrics.get(name), value)
        for one, again in zip(trained, replayed, strict=True)
        for name, value in again.metrics.items()
    ]
    known = [error for error in errors if error is not None and np.isfinite(error)]
    return max(known, default=None) if len(known) == len(errors) else None


def replayed_weights(evidence: Evidence, backend: str) -> Weights:
    """Every weight after the replayed epochs."""
    return evidence.arrays(Path(backend, layout.REPLAY, layout.FIRST_WEIGHTS))


def replayed_history(evidence: Evidence, backend: str) -> History:
    """The replayed epochs of a side."""
    return evidence.parsed(Path(backend, layout.REPLAY, layout.HISTORY), History)
