"""What the lock-step legs left: gradients, first step, trajectories, and the rounding noise of each side."""

from pathlib import Path
from typing import Any

import numpy as np

from harness.backends.network import weight_shapes
from harness.backends.protocol import Array, Precision, Weights
from harness.judge.evidence import Evidence, NoEvidence
from harness.run.legs.distances import distance_by_step
from harness.run.legs.trajectory import LOSS
from harness.scenario.schema import Scenario

MOMENTS = ("first_moment", "second_moment")
FLOOR = float(np.finfo(np.float32).eps)
"""Rounding of one float32 operation: noise below it cannot be asked for."""


def trained(scenario: Scenario) -> tuple[str, ...]:
    """Names of the weights that training must move, from the input to the output."""
    names = weight_shapes(scenario)
    return tuple(name for name in names if name != "log_scale" or scenario.model.scale_trainable)


def gradients(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """The gradient of every weight that has one."""
    return evidence.arrays(Path(backend, "lockstep", f"gradients_{precision}.npz"))


def first_step(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """Weights, and the state of the optimiser, after one step."""
    return evidence.arrays(Path(backend, "trajectory", f"first_{precision}.npz"))


def steps(evidence: Evidence, backend: str, precision: Precision) -> tuple[Weights, Array]:
    """A sample (steps, n) of every weight after every step, and the loss (steps,) before it."""
    arrays = evidence.arrays(Path(backend, "trajectory", f"steps_{precision}.npz"), (LOSS,))
    losses = arrays.pop(LOSS)
    if wrong := sorted(name for name, values in arrays.items() if values.ndim != 2 or len(values) != len(losses)):
        raise NoEvidence(f"{backend}: the trajectories of {', '.join(wrong)} are not of {len(losses)} steps.")
    return arrays, losses


def last_step(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """Weights after the last step."""
    return evidence.arrays(Path(backend, "trajectory", f"last_{precision}.npz"))


def gradient_noise(evidence: Evidence, backend: str) -> dict[str, list[float]]:
    """Distance of the gradients from those of nudged weights, a figure a draw."""
    return _draws(evidence.record(Path(backend, "lockstep", "gradient_noise.json"), ()))


def first_noise(evidence: Evidence, backend: str) -> dict[str, list[float]]:
    """Distance of the first step from that of nudged weights, a figure a draw."""
    return _draws(_noise(evidence, backend)["first"])


def step_noise(evidence: Evidence, backend: str) -> Array:
    """Distance (draws, steps) of all weights from those of a training from nudged weights."""
    draws = np.array(_noise(evidence, backend)["steps"], dtype=float)
    if draws.ndim != 2 or not draws.size or not _finite(draws):
        raise NoEvidence(f"{backend}: the noise of its trajectories was not measured, or is not finite.")
    return draws


def grafted(evidence: Evidence, backend: str) -> tuple[dict[str, Array], dict[str, str]]:
    """Every stage of a side computed from the other side's stages, and why one could not be."""
    problems = evidence.record(Path(backend, "graft", "problems.json"), ())
    return evidence.arrays(Path(backend, "graft", "stages.npz")), problems


def _noise(evidence: Evidence, backend: str) -> dict[str, Any]:
    record: dict[str, Any] = evidence.record(Path(backend, "trajectory", "noise.json"), ("first", "steps"))
    return record


def _draws(noise: dict[str, list[float]]) -> dict[str, list[float]]:
    if wrong := sorted(name for name, draws in noise.items() if not draws or not _finite(draws)):
        raise NoEvidence(f"the noise of {', '.join(wrong)} was not measured, or is not finite.")
    return noise


def _finite(draws: Any) -> bool:
    return bool(np.isfinite(np.asarray(draws, dtype=float)).all())


def in_noise(distance: float, own: list[float], other: list[float]) -> float:
    """A distance between the sides over the largest that either side has from itself; all of them finite."""
    return distance / max(*own, *other, FLOOR)


def envelope(evidence: Evidence) -> Array:
    """Largest distance (steps,) that either side has had from itself up to each step."""
    draws = np.concatenate([step_noise(evidence, backend) for backend in evidence.backends])
    return np.maximum(np.maximum.accumulate(draws.max(axis=0)), FLOOR)


def between(evidence: Evidence, precision: Precision) -> Array:
    """Distance (steps,) of all weights between the sides."""
    reference, candidate = (steps(evidence, backend, precision)[0] for backend in evidence.backends)
    if any(reference[name].shape != candidate[name].shape for name in reference.keys() & candidate.keys()):
        raise NoEvidence("the trajectories of the sides differ in length or in the shapes of their weights.")
    if lone := sorted(reference.keys() ^ candidate.keys()):
        raise NoEvidence(f"only one side has trajectories of {', '.join(lone)}.")
    return distance_by_step(candidate, reference)


def curves(evidence: Evidence) -> dict[str, dict[str, list[float]]]:
    """Distance between the sides after every step, by precision, and beside float32's the envelope of its noise."""
    exact, single = between(evidence, "float64"), between(evidence, "float32")
    return {
        "float64": {"between": exact.tolist()},
        "float32": {"between": single.tolist(), "envelope": envelope(evidence).tolist()},
    }
