"""The first epochs of the real training, replayed in float64: between the sides, and against each side's own training.

Evidence: `replay/weights.npz` and `replay/history.json` of both sides, and `train_outputs/history.json`.
"""

from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Weights
from harness.judge.comparing import distance_or_infinity, in_one_kind, relative_difference
from harness.judge.evidence import Evidence, Incapable
from harness.judge.findings import Findings
from harness.judge.lockstep import trajectory_noise
from harness.judge.precision import in_float32
from harness.judge.tensors import is_rounding
from harness.records.history import History

CHECK, LIMIT, REPLAYED = "float64.replay", "replay", "replayed"
SCALE = "intensity_scale"
"""The metric of an epoch that is a weight."""
RATE = "learning_rate"
_APART = 1e-9
"""Relative difference beyond which a metric of an epoch in float64 counts as another one."""
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
        findings.explain(_first_apart(evidence))


def _first_apart(evidence: Evidence) -> str:
    """The first epoch in which a metric of the replays differs, the learning rate before all; empty without one."""
    reference, candidate = evidence.backends
    epochs = zip(*(replayed_history(evidence, side).epochs for side in evidence.backends), strict=False)
    for number, (other, own) in enumerate(epochs, start=1):
        for name in sorted(other.metrics, key=lambda name: name != RATE):
            error = relative_difference(own.metrics.get(name), other.metrics[name])
            if error is not None and error > _APART:
                values = f"{other.metrics[name]:.3g} of {reference} and {own.metrics[name]:.3g} of {candidate}"
                return f"first apart in epoch {number}, {name.replace('_', ' ')}: {values}"
    return ""


def _errors(findings: Findings, evidence: Evidence, own: Weights, other: Weights) -> dict[str, float]:
    noise = trajectory_noise(evidence, "float64", "weights")
    alike = [name for name in other if name in own and own[name].shape == other[name].shape]
    kept = [name for name in alike if not is_rounding(findings, "float64", noise, name)]
    return {name: distance_or_infinity(*in_one_kind(own[name], other[name])) for name in kept}


def judge_history(findings: Findings, evidence: Evidence, backend: str) -> None:
    """Add a check of what a side's training reported of its first epoch, against what its replay reported.

    Of no later one: at the rates that train best, rounding grows from there on, in sound ports too. And not of the
    intensity scale, which is what it is after the last step, where rounding has grown most; the others are means over
    the epoch, or exact. Of an epoch that is too long to be replayed whole there is nothing to hold it against.
    """
    with findings.evidence_for(f"{backend}.{REPLAYED}"):
        try:
            first = replayed_history(evidence, backend).epochs[0]
        except Incapable:  # rung trajectory says why it was not replayed
            return
        if any(RANDOM in str(layer.get("kind")) for layer in evidence.own_contract(backend).layers.values()):
            return
        trained = next(iter(evidence.history(backend)), None)
        if trained is not None and first.step < trained.step:
            return
        metrics = {} if trained is None else trained.metrics
        errors = {name: relative_difference(metrics.get(name), value) for name, value in first.metrics.items()}
        known = {name: error for name, error in errors.items() if error is not None and np.isfinite(error)}
        held = [name for name in known if name != SCALE] if len(known) == len(errors) else []
        worst = max(held, key=lambda name: known[name], default=None)
        message = f"{backend}: metrics of the first epoch against the same epoch in float64, relative, most in {worst}"
        findings.measure(f"{backend}.{REPLAYED}", None if worst is None else known[worst], REPLAYED, message)


def replayed_weights(evidence: Evidence, backend: str) -> Weights:
    """Every weight after the replayed epochs."""
    return evidence.arrays(Path(backend, layout.REPLAY, layout.FIRST_WEIGHTS))


def replayed_history(evidence: Evidence, backend: str) -> History:
    """The replayed epochs of a side."""
    return evidence.parsed(Path(backend, layout.REPLAY, layout.HISTORY), History)
