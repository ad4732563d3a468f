"""All gradients, moments or weights as one row of numbers: what a single number cannot prove, all together can."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from harness.arrays import Array, Weights
from harness.judge import lockstep
from harness.judge.evidence import Evidence
from harness.judge.hypotheses.gathering import attempted, batch_of, kind_of, numbers_of, optimiser_of, weight_of
from harness.judge.hypotheses.known import Known, Optimiser

if TYPE_CHECKING:
    from harness.judge.localisation import ComparedTensor

WORDS = {"gradient": "gradient", "weight": "weight", "moment": "moment of its kind"}
"""How a sentence calls the other tensors of a kind."""


def joined_of(evidence: Evidence, first: "ComparedTensor") -> Known | None:
    """The first wrong tensor with all others of its kind, in one row; None where it has none."""
    kind = kind_of(evidence, first)
    if kind not in WORDS:
        return None
    reference, candidate = (_tensors(evidence, side, first) for side in evidence.backends)
    names = [name for name in reference if name in candidate and reference[name].shape == candidate[name].shape]
    optimisers = [optimiser_of(evidence, first, weight_of(evidence, name)) for name in names]
    return Known(
        own=_row(candidate[name] for name in names),
        other=_row(reference[name] for name in names),
        kind=kind,
        name=first.tensor,
        precision=first.precision,
        numbers=attempted(lambda: numbers_of(evidence, batch_of(evidence, evidence.backends[0]), first.other)) or {},
        options=evidence.contract.options,
        optimiser=_joined(optimisers),
    )


def _tensors(evidence: Evidence, side: str, first: "ComparedTensor") -> Weights:
    """The tensors of a side that are of the kind of the first wrong one; of moments those of the same name."""
    if first.stage == "gradient":
        return lockstep.gradients(evidence, side, first.precision)
    trained = evidence.contract.trained
    if first.stage == "trajectory":
        steps, _ = lockstep.steps(evidence, side, first.precision)
        return {name: steps[name][first.first_step - 1] for name in trained if name in steps}
    after, kept = lockstep.first_step(evidence, side, first.precision), _moment(evidence, first.tensor)
    return {name + kept: after[name + kept] for name in trained if name + kept in after}


def _moment(evidence: Evidence, tensor: str) -> str:
    """What follows the name of a weight in the name of its moment, with the dot; empty for a weight."""
    return tensor.removeprefix(weight_of(evidence, tensor))


def _joined(optimisers: list[Optimiser]) -> Optimiser:
    """What is known of each weight, in one row."""

    def row(name: str) -> Array | None:
        parts = [getattr(one, name) for one in optimisers]
        return None if any(part is None for part in parts) else _row(parts)

    return replace(
        optimisers[0],
        start=_row(one.start for one in optimisers),
        gradient=row("gradient"),
        before=row("before"),
        after=row("after"),
    )


def _row(arrays: Iterable[Array]) -> Array:
    return np.concatenate([np.ravel(array) for array in arrays])
