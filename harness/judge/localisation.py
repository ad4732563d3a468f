"""Localisation: the first tensor of the lock-step, in the order of computation, at which a port differs.

The order is: the stages of the forward pass (between the sides, then of each side against the oracle), the terms of
the loss, the gradients from the output back to the input, the optimiser's state and the weights after one step, then
step after step. float64 is searched first, where rounding explains no difference; float32 only when float64 agrees.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, TypeVar

import numpy as np

from harness.arrays import Array, Precision, Weights
from harness.errors import HarnessError
from harness.judge import lockstep
from harness.judge.comparing import relative_error
from harness.judge.difference import Difference, difference
from harness.judge.evidence import Evidence
from harness.judge.hypotheses.catalogue import explained_by_trial
from harness.judge.hypotheses.trial import Explanation
from harness.judge.oracle import oracle_stages
from harness.judge.precision import of_rounding, sides_in_float32
from harness.judge.verdict import RED, Check, RungVerdict

T = TypeVar("T")
LOCKSTEP_RUNGS = ("stages", "physics", "loss", "gradient", "step", "trajectory")
"""Rungs whose checks each compare one tensor."""
CASTING = ("stages", "loss")
"""Rungs that say of a tensor in float64 which sides computed it in float32."""
SEARCH_ORDER: tuple[Precision, ...] = ("float64", "float32")
Reds = Mapping[tuple[str, str], Check]
"""Red checks by rung and name."""


@dataclass(frozen=True)
class ComparedTensor:
    """A tensor that a red check compared, and the tensor that it was compared with."""

    check: Check
    stage: str
    """Part of the lock-step: a named stage, `loss`, `gradient`, `step` or `trajectory`."""
    tensor: str
    """Name of the stage, of the term of the loss, or of the weight."""
    precision: Precision
    own: Array
    """Tensor of the candidate; of either side where the oracle is the other."""
    other: Array
    """Tensor that it was compared with."""
    against: str
    """What `other` belongs to: the name of the reference side, or `oracle`."""
    first_step: int = 0
    """Optimiser steps that were taken before the tensor was recorded."""


@dataclass(frozen=True)
class Localisation:
    """The first tensor at which the sides differ, and how it differs."""

    first: ComparedTensor
    difference: Difference | None
    """Measures of the difference; None where shapes or types differ, or where values are not finite."""
    wrong_alone: tuple[str, ...] | None
    """Stages that differ even when computed from the reference's earlier stages; None when that was not tried."""
    not_alone: tuple[str, ...] = ()
    """Stages that could not be computed in this way."""
    explained: Explanation | None = None
    """What the tensor is instead of `other`, where a hypothesis explains it to rounding."""
    in_float32: tuple[str, ...] = ()
    """Sides that computed the tensor in float32 although float64 was asked for."""
    written_in: tuple[str, ...] = ()
    """Where the sides' own code computes the stage, such as `helper.py:110 of torch`."""

    @property
    def transformation(self) -> str:
        """What the tensor is instead, such as `the other side's, conjugated`; empty where nothing explains it."""
        return "" if self.explained is None else self.explained.sentence

    def as_json(self) -> dict[str, Any]:
        """Contents of `comparison/localisation.json`."""
        first = self.first
        none = dict.fromkeys(("max_abs", "max_rel", "ulp"))
        return {
            "rung": first.check.rung,
            "check": first.check.name,
            "stage": first.stage,
            "tensor": first.tensor,
            "precision": first.precision,
            "against": first.against,
            "first_step": first.first_step,
            **(none if self.difference is None else self.difference.as_json()),
            "shape": list(first.own.shape),
            "wrong_alone": None if self.wrong_alone is None else list(self.wrong_alone),
            "not_alone": list(self.not_alone),
            "transformation": self.transformation,
            "left": None if self.explained is None else self.explained.left,
            "in_float32": list(self.in_float32),
            "written_in": list(self.written_in),
            "message": first.check.message,
        }


def localise(evidence: Evidence, verdicts: Sequence[RungVerdict]) -> Localisation | None:
    """Find the first tensor, in the order of computation, whose check is red; None when there is none."""
    checks = [check for verdict in verdicts if verdict.rung in LOCKSTEP_RUNGS for check in verdict.checks]
    reds = {(check.rung, check.name): check for check in checks if check.status in RED}
    if not reds:  # no file needs to be read
        return None
    # Asked of the verdict, not of the rung's findings: beside a larger difference that is declared, it is what is red.
    for name in of_rounding(check for check in checks if check.rung == "stages"):
        del reds["stages", name]
    found = (tensor for precision in SEARCH_ORDER for tensor in _Search(evidence, precision, reds).tensors())
    first = next(found, None)
    if first is None:
        return None
    gap = difference(first.own, first.other)
    alone = [check for check in checks if check.rung == "stages" and check.name.startswith("alone.")]
    wrong = lockstep.wrong_alone(evidence, alone) if alone else None
    nothing = tuple(name for name in _red(alone) if name not in (wrong or ()))
    explained = None if gap is None else explained_by_trial(evidence, first)
    computed = first.stage not in ("step", "trajectory")  # those follow from the optimiser, which no stage computes
    places = lockstep.written_in(evidence, first.tensor) if computed else ()
    single = _in_float32(first, evidence.backends)
    return Localisation(first, gap, wrong, nothing, explained, single, places)


def _in_float32(first: ComparedTensor, sides: tuple[str, str]) -> tuple[str, ...]:
    """The sides that computed a tensor in float32, on the rungs that say so where float64 was asked for."""
    if first.precision != "float64" or first.check.rung not in CASTING:
        return ()
    return sides_in_float32(sides, (first.other, first.own))


def _red(alone: Iterable[Check]) -> tuple[str, ...]:
    """Names of the stages whose checks, named `alone.STAGE`, are red."""
    return tuple(check.name.removeprefix("alone.") for check in alone if check.status in RED)


@dataclass(frozen=True)
class _Search:
    """Search for the tensors of red checks at one precision."""

    evidence: Evidence
    precision: Precision
    reds: Reds

    def tensors(self) -> Iterator[ComparedTensor]:
        """Every tensor of a red check, in the order of computation, without those whose evidence is missing."""
        for kind in (self._stages, self._physics, self._losses, self._gradients, self._first_step, self._trajectory):
            try:
                yield from kind()
            except HarnessError:
                continue

    def _stages(self) -> Iterator[ComparedTensor]:
        sides = self._sides(self.evidence.stages)
        for name in [stage.name for stage in self.evidence.contract.stages]:
            yield from self._pair(self._red("stages", name), name, name, sides)

    def _physics(self) -> Iterator[ComparedTensor]:
        """Stages that differ from the oracle, which alone shows a fault that both sides share."""
        for backend in self.evidence.backends:
            expected = oracle_stages(self.evidence, backend, self.precision)
            own = self.evidence.stages(backend, self.precision)
            for name, value in expected.items():
                check = self.reds.get(("physics", f"{backend}.{self.precision}.{name}"))
                if check is not None and name in own:
                    yield ComparedTensor(
                        check, name, name, self.precision, own[name], value.astype(own[name].dtype), "oracle"
                    )

    def _losses(self) -> Iterator[ComparedTensor]:
        losses = self._sides(self.evidence.losses)
        sides = [{name: np.array([value], float) for name, value in side.items()} for side in losses]
        for name in [*(term.name for term in self.evidence.contract.losses), "loss"]:
            yield from self._pair(self._red("loss", name), "loss", name, sides)

    def _gradients(self) -> Iterator[ComparedTensor]:
        sides = self._sides(partial(lockstep.gradients, self.evidence))
        for name in backwards(self.evidence):
            yield from self._pair(self._red("gradient", name), "gradient", name, sides)

    def _first_step(self) -> Iterator[ComparedTensor]:
        """Optimiser's state and weights after one step: first the state, since the weights follow from it."""
        sides, names = self._sides(partial(lockstep.first_step, self.evidence)), backwards(self.evidence)
        state = [f"{name}.{moment}" for moment in self.evidence.contract.optimiser_state for name in names]
        for tensor in [*state, *names]:
            yield from self._pair(self._red("step", tensor), "step", tensor, sides, 1)

    def _trajectory(self) -> Iterator[ComparedTensor]:
        """Weights beyond their limit, step by step; in float32 all weights, whose noise has one limit together."""
        sides = [values for values, _ in self._sides(partial(lockstep.steps, self.evidence))]
        in_noise = self.precision == "float32"
        for step in range(self.evidence.scenario.lockstep.steps):
            at_step = [{name: values[step] for name, values in side.items() if step < len(values)} for side in sides]
            for name in backwards(self.evidence):
                check = self._red("trajectory", "distance" if in_noise else name)
                if check is not None and (in_noise or _is_out(at_step, name, check.limit)):
                    yield from self._pair(check, "trajectory", name, at_step, step + 1)

    def _red(self, rung: str, name: str) -> Check | None:
        return self.reds.get((rung, f"{self.precision}.{name}"))

    def _sides(self, of: Callable[[str, Precision], T]) -> list[T]:
        """Read the evidence of both sides with `of(backend, precision)`, the reference first."""
        return [of(backend, self.precision) for backend in self.evidence.backends]

    def _pair(
        self, check: Check | None, stage: str, tensor: str, sides: Sequence[Mapping[str, Array]], first_step: int = 0
    ) -> Iterator[ComparedTensor]:
        """The tensor of that name, when its check is red and both sides have it."""
        reference, candidate = sides
        if check is not None and tensor in reference and tensor in candidate:
            own, other = candidate[tensor], reference[tensor]
            yield ComparedTensor(
                check, stage, tensor, self.precision, own, other, self.evidence.backends[0], first_step
            )


def _is_out(sides: Sequence[Weights], name: str, limit: float | None) -> bool:
    """Whether a weight exceeds its limit; True where there is no limit, since its check failed for another reason."""
    reference, candidate = sides
    if limit is None or name not in reference or name not in candidate:
        return True
    error = relative_error(candidate[name], reference[name])
    return error is None or not error <= limit


def backwards(evidence: Evidence) -> tuple[str, ...]:
    """Names of the weights in the order in which the gradient reaches them, from the output to the input."""
    return tuple(reversed(evidence.contract.shapes))
