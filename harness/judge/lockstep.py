"""Evidence of the lock-step legs: gradients, first step and trajectories, with the rounding noise of each side."""

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any, Literal

import numpy as np
from pydantic import TypeAdapter

from harness import layout
from harness.arrays import Array, Precision, Weights
from harness.judge.evidence import TEXT_BY_NAME, Evidence, NoEvidence
from harness.judge.precision import in_float32
from harness.judge.verdict import Check
from harness.records.noise import TrajectoryNoise
from harness.records.one_epoch import OneEpoch
from harness.run.legs.distances import distance, distance_by_step
from harness.run.legs.trajectory import LOSS

FLOOR: dict[Precision, float] = {"float32": float(np.finfo(np.float32).eps), "float64": float(np.finfo(float).eps)}
"""Rounding of one operation, relative: the smallest noise that is assumed."""
ORDER_OF_SUMS = 1e-5
"""The most that a side's own distance between float32 and float64 adds to its noise. A framework sums in one order,
which no nudge varies: over 4,096 pixels of 8 patterns that was 1.7e-5 where three nudges told 1.7e-6. Half precision
makes 5e-4."""
ROUNDINGS = FLOOR["float32"] / FLOOR["float64"]
"""How much coarser float32 is. Where the terms of a sum cancel, an order that no nudge varies adds more than the above:
as much as that sum's noise in float64 on either side, times this. A gradient of a bias was 6e-3 from its own float64
where the nudges told 5e-4; in float64 they told 3e-12, which makes 1.7e-3."""
UNEQUAL: dict[Precision, float] = {"float32": 1e5, "float64": 1e3}
"""A side's noise counts at most this many times the other's. Both compute the same, so rounding moves them alike: on
clean pairs one was up to 1590 times the other in float32, where a nudge may by chance move nothing, and 79 in float64;
what a fault does to one of them was 1e6 and 1e9 times and more."""
Noise = tuple[Mapping[str, list[float]], Mapping[str, list[float]]]
"""For each side (reference, candidate) the distance from itself after a nudge: one value a draw, by tensor."""

_DRAWS: TypeAdapter[dict[str, list[float]]] = TypeAdapter(dict[str, list[float]])


def gradients(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """The gradient of every weight that has one."""
    return evidence.arrays(Path(backend, layout.LOCKSTEP, layout.gradients(precision)))


def start(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """Weights at the start of a side's trajectory."""
    return evidence.arrays(Path(backend, layout.TRAJECTORY, layout.start(precision)))


def first_step(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """Weights, and state of the optimiser, after one step."""
    return evidence.arrays(Path(backend, layout.TRAJECTORY, layout.first(precision)))


def steps(evidence: Evidence, backend: str, precision: Precision) -> tuple[Weights, Array]:
    """Sampled values (steps, n) of every weight after each step, and the loss (steps,) before each step."""
    arrays = evidence.arrays(Path(backend, layout.TRAJECTORY, layout.steps(precision)), (LOSS,))
    losses = arrays.pop(LOSS)
    if wrong := sorted(name for name, values in arrays.items() if values.ndim != 2 or len(values) != len(losses)):
        raise NoEvidence(f"{backend}: the trajectories of {', '.join(wrong)} are not of {len(losses)} steps.")
    return arrays, losses


def loss_of_one_epoch(evidence: Evidence, backend: str) -> float | None:
    """The loss that a side reports of one epoch that consists of the steps of its trajectory, float64."""
    return _one_epoch(evidence, backend).loss


def unwatched(evidence: Evidence, backend: str) -> dict[str, float | None]:
    """How far each weight at the end of the trajectory is from the same steps in which nobody looked, float64."""
    return _one_epoch(evidence, backend).unwatched


def _one_epoch(evidence: Evidence, backend: str) -> OneEpoch:
    return evidence.parsed(Path(backend, layout.TRAJECTORY, layout.ONE_EPOCH), OneEpoch)


def last_step(evidence: Evidence, backend: str, precision: Precision) -> Weights:
    """Weights after the last step of the trajectory."""
    return evidence.arrays(Path(backend, layout.TRAJECTORY, layout.last(precision)))


def gradient_noise(evidence: Evidence, precision: Precision) -> Noise:
    """Distance of each side's gradients from its gradients at nudged weights, and in float32 from those in float64."""

    def draws(of: Precision) -> Noise:
        name = layout.gradient_noise(of)
        noise = [evidence.record(Path(side, layout.LOCKSTEP, name), _DRAWS) for side in evidence.backends]
        first, second = map(_draws, noise)
        return first, second

    return _held_together(evidence, precision, _with_rounding(evidence, precision, draws, gradients), gradients)


def trajectory_noise(evidence: Evidence, precision: Precision, what: Literal["first", "weights"]) -> Noise:
    """Distance of each side's trajectory from its trajectories from nudged weights.

    `what`: `first` for the weights and state after one step, `weights` for the largest distance over all steps.
    """

    def draws(of: Precision) -> Noise:
        first, second = (_draws(getattr(_noise(evidence, side, of), what)) for side in evidence.backends)
        return first, second

    if what == "weights":
        return _held_together(evidence, precision, draws(precision), last_step)
    return _held_together(evidence, precision, _with_rounding(evidence, precision, draws, first_step), first_step)


def _with_rounding(
    evidence: Evidence,
    precision: Precision,
    draws: Callable[[Precision], Noise],
    read: Callable[[Evidence, str, Precision], Weights],
) -> Noise:
    """The noise in float32 with the distance of each side from itself in float64, in which its sums are exact."""
    noise = draws(precision)
    if precision != "float32":
        return noise
    exact = draws("float64")
    cancelled = {name: ROUNDINGS * largest(exact, name, "float64") for name in exact[0].keys() & exact[1].keys()}
    first, second = (
        _and_rounding(own, cancelled, read(evidence, side, "float32"), read(evidence, side, "float64"))
        for side, own in zip(evidence.backends, noise, strict=True)
    )
    return first, second


def _held_together(
    evidence: Evidence, precision: Precision, noise: Noise, read: Callable[[Evidence, str, Precision], Weights]
) -> Noise:
    """The noise of each side, at most UNEQUAL times the other's, so that no fault of one side makes its own limit."""
    kinds = [_kinds(read(evidence, side, precision), precision) for side in evidence.backends]
    caps = [
        {name: _cap(draws, kind.get(name, precision)) for name, draws in side.items()}
        for side, kind in zip(noise, kinds, strict=True)
    ]
    first, second = (_at_most(draws, cap) for draws, cap in zip(noise, reversed(caps), strict=True))
    return first, second


def _kinds(tensors: Weights, precision: Precision) -> dict[str, Precision]:
    """The precision of each tensor, float32 where a side computes in nothing else."""
    return {name: "float32" if in_float32(value) else precision for name, value in tensors.items()}


def _cap(draws: list[float], kind: Precision) -> float:
    """The most that the noise of the other side may be."""
    return UNEQUAL[kind] * max([*draws, FLOOR[kind]])


def _at_most(draws: Mapping[str, list[float]], caps: Mapping[str, float]) -> dict[str, list[float]]:
    return {name: [min(value, caps.get(name, value)) for value in values] for name, values in draws.items()}


def _and_rounding(
    draws: Mapping[str, list[float]], cancelled: Mapping[str, float], single: Weights, double: Weights
) -> dict[str, list[float]]:
    """The draws of float32, with the distance from float64 as far as rounding explains it.

    `cancelled`: the rounding of float32 that the noise in float64 stands for, which is large where terms cancel.
    """
    found = {name: list(values) for name, values in draws.items()}
    for name in draws.keys() & single.keys() & double.keys():
        if single[name].shape == double[name].shape:
            explained = ORDER_OF_SUMS if in_float32(double[name]) else max(ORDER_OF_SUMS, cancelled.get(name, 0.0))
            found[name].append(min(distance(single[name], double[name]), explained))
    return found


def step_noise(evidence: Evidence, backend: str) -> Array:
    """Distance (draws, steps) of all weights of a side together from those of trajectories from nudged weights."""
    draws = np.array(_noise(evidence, backend, "float32").steps, dtype=float)
    if draws.ndim != 2 or not draws.size:
        raise NoEvidence(f"{backend}: the noise of its trajectories was not measured.")
    return draws


def grafted(evidence: Evidence, backend: str) -> tuple[dict[str, Array], dict[str, str]]:
    """Every stage of a side computed from the other side's earlier stages, and reasons for those that could not be."""
    problems = evidence.record(Path(backend, layout.GRAFT, layout.PROBLEMS), TEXT_BY_NAME)
    return evidence.arrays(Path(backend, layout.GRAFT, layout.GRAFTED_STAGES)), problems


def written_in(evidence: Evidence, tensor: str) -> tuple[str, ...]:
    """Where each side's own code computes a stage or a term of the loss, such as `port/helper.py:110 of torch`.

    Of a weight, whose gradient differs, that of the stage whose name it begins with; of the sides that say so.
    """
    found = []
    for side in evidence.backends:
        contract = evidence.own_contract(side)
        placed = {term.name: term.source for term in contract.losses}
        placed |= {stage.name: stage.source for stage in contract.stages}
        names = [name for name in placed if f"{tensor}.".startswith(f"{name}.")]
        if source := placed.get(max(names, key=len, default="")):
            found.append(f"{source} of {side}")
    return tuple(found)


def slopes(evidence: Evidence) -> tuple[Weights, Weights]:
    """Gradient of each side's loss for the outputs of the network, at the reference's values: reference, candidate."""
    reference, candidate = evidence.backends
    return (
        evidence.arrays(Path(reference, layout.LOCKSTEP, layout.SLOPE)),
        evidence.arrays(Path(candidate, layout.GRAFT, layout.SLOPE)),
    )


def loss_size(evidence: Evidence) -> float:
    """How large what the loss adds up is: sum over |slope * input|, of the side for which that is smaller, in float64.

    Where the terms of a sum cancel, the sum is small by chance and its rounding is not. 0 where a side has no slope.
    """
    found = []
    for side in evidence.backends:
        path = Path(side, layout.LOCKSTEP, layout.SLOPE)
        if not (evidence.case_dir / path).is_file():
            return 0.0
        slope, stages = evidence.arrays(path), evidence.stages(side, "float64")
        found.append(sum(float(np.abs(slope[name] * stages[name]).sum()) for name in slope if name in stages))
    return min(found)


def wrong_alone(evidence: Evidence, checks: Iterable[Check]) -> tuple[str, ...]:
    """Names of the stages whose checks, `alone.STAGE`, say that they are wrong by themselves.

    Of a stage that could not be fed, or that was computed in another type of numbers, they say nothing.
    """
    failed = [check.name.removeprefix("alone.") for check in checks if check.status == "fail"]
    if not failed:
        return ()
    reference, candidate = evidence.backends
    alone, expected = grafted(evidence, candidate)[0], evidence.stages(reference, "float64")
    return tuple(name for name in failed if name in alone and alone[name].dtype == expected[name].dtype)


def _noise(evidence: Evidence, backend: str, precision: Precision) -> TrajectoryNoise:
    noise = evidence.parsed(Path(backend, layout.TRAJECTORY, layout.noise(precision)), TrajectoryNoise)
    if not all(map(_finite, [*noise.first.values(), *noise.weights.values(), *noise.steps])):
        raise NoEvidence(f"{backend}: the noise of its trajectories in {precision} is not finite.")
    return noise


def _draws(noise: dict[str, list[float]]) -> dict[str, list[float]]:
    if wrong := sorted(name for name, draws in noise.items() if not draws or not _finite(draws)):
        raise NoEvidence(f"the noise of {', '.join(wrong)} was not measured, or is not finite.")
    return noise


def _finite(draws: Any) -> bool:
    return bool(np.isfinite(np.asarray(draws, dtype=float)).all())


def largest(noise: Noise, name: str, precision: Precision) -> float:
    """Largest distance of either side from itself in one tensor, but at least FLOOR."""
    return max(*noise[0][name], *noise[1][name], FLOOR[precision])


def envelope(evidence: Evidence) -> Array:
    """Largest distance (steps,) of either side from itself up to each step, float32."""
    sides = [
        np.maximum(np.maximum.accumulate(step_noise(evidence, backend).max(axis=0)), FLOOR["float32"])
        for backend in evidence.backends
    ]
    largest_of_both: Array = np.minimum(np.maximum(*sides), UNEQUAL["float32"] * np.minimum(*sides))
    return largest_of_both


def distance_between_sides(evidence: Evidence, precision: Precision) -> Array:
    """Distance (steps,) between the sides after each step, of all weights together that both have in one shape.

    Rung spec names the others. Raises NoEvidence where there is none, as with trajectories of other lengths.
    """
    reference, candidate = (steps(evidence, backend, precision)[0] for backend in evidence.backends)
    both = [name for name in reference if name in candidate and reference[name].shape == candidate[name].shape]
    if not both:
        raise NoEvidence("the trajectories of the sides differ in length or in the shapes of their weights.")
    own, other = ({name: side[name] for name in both} for side in (candidate, reference))
    return distance_by_step(own, other)


def distance_curves(evidence: Evidence) -> dict[str, dict[str, list[float]]]:
    """Contents of `comparison/lockstep.json`.

    By precision the distance between the sides after every step, `between`; for float32 also the `envelope` of noise.
    """
    exact, single = distance_between_sides(evidence, "float64"), distance_between_sides(evidence, "float32")
    return {
        "float64": {"between": exact.tolist()},
        "float32": {"between": single.tolist(), "envelope": envelope(evidence).tolist()},
    }
