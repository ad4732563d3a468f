"""What is known of the first wrong tensor is gathered from the evidence of a case."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import numpy as np

from harness import layout
from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.judge import lockstep
from harness.judge.evidence import Evidence
from harness.judge.hypotheses.known import Kind, Known, Optics, Optimiser
from harness.judge.precision import in_float32
from harness.ports.contract import Attributes
from harness.run.legs.distances import sample

if TYPE_CHECKING:
    from harness.judge.localisation import ComparedTensor

T = TypeVar("T")
_LARGEST = 2**20
"""Values of a stage that a hypothesis is tried on: of larger ones the first samples stand for all."""


def known_of(evidence: Evidence, first: "ComparedTensor") -> Known:
    """All that hypotheses may use; what the evidence lacks is left out."""
    side, kind = _side(evidence, first), _kind(evidence, first)
    stages = attempted(lambda: evidence.stages(side, first.precision), {})
    before, later = _around(evidence, first.tensor, stages) if kind == "stage" else (stages, {})
    weights = _weights(evidence, side)
    batch = attempted(lambda: evidence.arrays(Path(side, layout.LOCKSTEP, layout.BATCH)), {})
    known = Known(
        own=first.own,
        other=first.other,
        kind=kind,
        name=first.tensor,
        precision=first.precision,
        single=in_float32(first.own) or in_float32(first.other),
        stages=before,
        later=later,
        layers=_layers(evidence, first.tensor, kind),
        weights=weights,
        batch=batch,
        numbers=attempted(lambda: _numbers(evidence, batch, first.other), {}),
        terms=attempted(lambda: _terms(evidence, side, first), {}) if kind == "loss" else {},
        optics=attempted(lambda: _optics(evidence, batch, weights), None),
        optimiser=attempted(lambda: _optimiser(evidence, side, first), None) if kind != "stage" else None,
    )
    return _with_few_samples(known)


def attempted(read: Callable[[], T], otherwise: T) -> T:
    """What is read; something else where the evidence lacks it."""
    try:
        return read()
    except (HarnessError, KeyError):
        return otherwise


def _side(evidence: Evidence, first: "ComparedTensor") -> str:
    """The side whose stages lead to the right tensor: the reference; against the oracle the side it was held against."""
    return first.check.name.partition(".")[0] if first.against == "oracle" else evidence.backends[0]


def _kind(evidence: Evidence, first: "ComparedTensor") -> Kind:
    if first.stage in ("loss", "gradient"):
        return "loss" if first.stage == "loss" else "gradient"
    if first.stage not in ("step", "trajectory"):
        return "stage"
    if first.tensor in evidence.contract.states:
        return "state"
    return "weight" if first.tensor in evidence.contract.shapes else "moment"


def _around(evidence: Evidence, name: str, stages: Weights) -> tuple[Weights, Weights]:
    """The stages before one, and those after it, in the order of the computation."""
    order = [stage.name for stage in evidence.contract.stages if stage.name in stages]
    place = order.index(name) if name in order else len(order)
    return {key: stages[key] for key in order[:place]}, {key: stages[key] for key in order[place + 1 :]}


def _weights(evidence: Evidence, side: str) -> Weights:
    return attempted(lambda: evidence.arrays(Path(side, layout.LOCKSTEP, layout.FIRST_WEIGHTS)), {})


def _layers(evidence: Evidence, tensor: str, kind: Kind) -> dict[str, Attributes]:
    """The layers that make a stage, by its name or with it before a dot; of a weight the layer that holds it."""
    layers = evidence.contract.layers
    if kind != "stage":
        holder = tensor.rpartition(".")[0]
        return {name: layer for name, layer in layers.items() if name == holder}
    return {name: layer for name, layer in layers.items() if name == tensor or name.startswith(f"{tensor}.")}


def _numbers(evidence: Evidence, batch: Mapping[str, Array], other: Array) -> dict[str, float]:
    """Numbers that a factor may be made of, the simplest first."""
    setup, scenario = evidence.setup, evidence.scenario
    samples, channels = len(batch["amplitude"]), setup.gridsize**2
    pixels = setup.N**2
    found: dict[str, float] = {
        "2": 2,
        "N": setup.N,
        "rows x columns": pixels,
        "gridsize": setup.gridsize,
        "gridsize, squared": channels,
        "samples of the batch": samples,
        "patterns of the batch": samples * channels,
        "channels x rows x columns": channels * pixels,
        "samples x rows x columns": samples * pixels,
        "values of the batch": samples * channels * pixels,
        "probe_scale": scenario.dataset.probe.scale,
        "nphotons": setup.nphotons,
        "intensity scale": setup.intensity_scale,
        "normalisation of the patterns": setup.normalisation,
        "object amplitude": setup.object_amplitude,
        "values of the tensor": other.size,
    }
    if scenario.dataset.probe.scale != _FORMER_SCALE:
        found["probe_scale / 4"] = scenario.dataset.probe.scale / _FORMER_SCALE
    return found


_FORMER_SCALE = 4.0
"""Default of `probe_scale` in the published code."""


def _terms(evidence: Evidence, side: str, first: "ComparedTensor") -> dict[str, tuple[float, float]]:
    values = evidence.losses(side, first.precision)
    return {term.name: (values[term.name], term.weight) for term in evidence.contract.losses}


def _optics(evidence: Evidence, batch: Mapping[str, Array], weights: Weights) -> Optics:
    """What the physics is computed with; KeyError for a network without an intensity scale."""
    scale = evidence.contract.scale
    return Optics(
        amplitude=batch["amplitude"],
        relative=batch["relative"],
        probe=evidence.probe,
        log_scale=float(weights[scale.weight]) if scale is not None else 0.0,
        region=evidence.contract.region,
    )


def _optimiser(evidence: Evidence, side: str, first: "ComparedTensor") -> Optimiser:
    """The weight that is looked at, or whose moment or gradient is, before and after its step."""
    name = _weight_of(evidence, first.tensor)
    start = lockstep.start(evidence, side, first.precision)[name]
    step = max(first.first_step, 1)
    before, after = start, None
    if first.stage == "trajectory":
        start, taken = sample({name: start})[name], lockstep.steps(evidence, side, first.precision)[0][name]
        before = taken[step - 2] if step > 1 else start
        after = taken[step] if step < len(taken) else None
    gradients = attempted(lambda: lockstep.gradients(evidence, side, first.precision), {})
    return Optimiser(
        options=evidence.contract.options,
        start=start,
        gradient=gradients.get(name) if first.stage != "trajectory" else None,
        before=before,
        after=after,
        step=step,
    )


def _weight_of(evidence: Evidence, tensor: str) -> str:
    """The weight that a tensor belongs to: itself, or what stands before the name of a moment."""
    return tensor if tensor in evidence.contract.shapes else tensor.rpartition(".")[0]


def _with_few_samples(known: Known) -> Known:
    """Of a large stage the first samples alone, as far as the tensors have a sample each."""
    if known.kind != "stage" or known.own.size <= _LARGEST or len(known.own) < 2:
        return known
    count, samples = max(2, len(known.own) * _LARGEST // known.own.size), len(known.own)

    def cut(arrays: Mapping[str, Array]) -> Weights:
        return {name: array[:count] if len(array) == samples else array for name, array in arrays.items()}

    optics = known.optics
    if optics is not None and len(optics.relative) == samples:
        optics = replace(optics, amplitude=optics.amplitude[:count], relative=optics.relative[:count])
    return replace(
        known,
        own=known.own[:count],
        other=known.other[:count],
        stages=cut(known.stages),
        later=cut(known.later),
        batch=cut(known.batch),
        optics=optics,
    )
