"""What is known of the first wrong tensor is gathered from the evidence of a case."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

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


def known_of(evidence: Evidence, first: "ComparedTensor") -> Known:
    """All that hypotheses may use; what the evidence lacks is left out."""
    side, kind = _side(evidence, first), kind_of(evidence, first)
    stages = attempted(lambda: evidence.stages(side, first.precision)) or {}
    before, later = _around(evidence, first.tensor, stages) if kind == "stage" else (stages, {})
    weights = _weights(evidence, side)
    batch = batch_of(evidence, side)
    return Known(
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
        numbers=(attempted(lambda: numbers_of(evidence, batch, first.other)) or {}),
        terms=(attempted(lambda: _terms(evidence, side, first)) or {}) if kind == "loss" else {},
        options=evidence.contract.options,
        optics=attempted(lambda: _optics(evidence, batch, weights)),
        optimiser=attempted(lambda: optimiser_of(evidence, first, weight_of(evidence, first.tensor)))
        if kind != "stage"
        else None,
    )


def attempted(read: Callable[[], T]) -> T | None:
    """What is read; None where the evidence lacks it."""
    try:
        return read()
    except (HarnessError, KeyError):
        return None


def _side(evidence: Evidence, first: "ComparedTensor") -> str:
    """The side whose stages lead to the right tensor: the reference, or the side that the oracle judges."""
    return first.check.name.partition(".")[0] if first.against == "oracle" else evidence.backends[0]


def batch_of(evidence: Evidence, side: str) -> Weights:
    """The arrays of the first batch."""
    return attempted(lambda: evidence.arrays(Path(side, layout.LOCKSTEP, layout.BATCH))) or {}


def kind_of(evidence: Evidence, first: "ComparedTensor") -> Kind:
    """What a tensor is."""
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
    return attempted(lambda: evidence.arrays(Path(side, layout.LOCKSTEP, layout.FIRST_WEIGHTS))) or {}


def _layers(evidence: Evidence, tensor: str, kind: Kind) -> dict[str, Attributes]:
    """The layers that make a stage, by its name or with it before a dot; of a weight the layer that holds it."""
    layers = evidence.contract.layers
    if kind != "stage":
        holder = tensor.rpartition(".")[0]
        return {name: layer for name, layer in layers.items() if name == holder}
    if tensor in layers:
        return {tensor: layers[tensor]}
    parts = (f"{tensor}.", f"{tensor.removesuffix('_head')}.")
    return {name: layer for name, layer in layers.items() if name.startswith(parts)}


def numbers_of(evidence: Evidence, batch: Mapping[str, Array], other: Array) -> dict[str, float]:
    """Numbers that a factor may be made of, the simplest first."""
    setup, scenario = evidence.setup, evidence.scenario
    samples, channels = len(batch["amplitude"]), setup.gridsize**2
    pixels = setup.N**2
    found: dict[str, float] = {
        "N": setup.N,
        "rows x columns": pixels,
        "patterns of a group": channels,
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
    terms = [(term.name, values.get(term.name), term.weight) for term in evidence.contract.losses]
    return {name: (value, weight) for name, value, weight in terms if value is not None}


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


def optimiser_of(evidence: Evidence, first: "ComparedTensor", name: str) -> Optimiser:
    """A weight of the reference before and after the step that is looked at, and its gradient."""
    side = evidence.backends[0]
    start = lockstep.start(evidence, side, first.precision)[name]
    step = max(first.first_step, 1)
    before, after, gradient = start, None, None
    if first.stage == "trajectory":
        start, taken = sample({name: start})[name], lockstep.steps(evidence, side, first.precision)[0][name]
        before = taken[step - 2] if step > 1 else start
        after = taken[step] if step < len(taken) else None
    else:
        gradient = (attempted(lambda: lockstep.gradients(evidence, side, first.precision)) or {}).get(name)
    return Optimiser(start, gradient, before, after, step)


def weight_of(evidence: Evidence, tensor: str) -> str:
    """The weight that a tensor belongs to: itself, or what stands before the name of a moment."""
    return tensor if tensor in evidence.contract.shapes else tensor.rpartition(".")[0]
