"""Whether a side repeats itself: the pass and the step that it ran once more, in a fresh process, against the first.

A side that differs from itself makes every rung that rests on it inconclusive: what the sides differ by may be chance.
Evidence: `repeat/` of both sides, and the files of `lockstep/` and `trajectory/` that it repeats.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Array, Weights
from harness.judge.comparing import distance_or_infinity
from harness.judge.evidence import Evidence, Incapable
from harness.judge.findings import Findings
from harness.judge.precision import in_float32
from harness.judge.tolerances import Limits
from harness.judge.verdict import Check, excused
from harness.run.legs.distances import sample

LEG = "repeat"
PARTS = {"stages": "stages", "loss": "stages", "gradient": "first", "step": "first", "trajectory": "first"}
"""What is repeated of that on which each rung rests; the moments after the first step are those of the gradients."""
PRECISION = "float64"
"""Precision in which it is repeated; a side that computes in float32 alone leaves that under this name."""
SAYS_SO = ("stages", "gradient", "step")
"""Rungs that have a check of each side; the loss and the trajectory rest on the same."""
_IS = {True: "is ", False: "is not "}
NEAR = 10.0
"""A difference between the sides of at most this many times that of a side from itself may be chance."""


@dataclass(frozen=True)
class Repeat:
    """How far a side is from itself, in the tensor where that is most."""

    tensor: str
    error: float
    """Largest difference over the largest value; infinite where the tensor is missing or of another shape."""
    single: bool
    """Whether the side computed anything of it in float32, so that no more than that can be asked."""


def applied(rung: str, checks: Sequence[Check], evidence: Evidence, limits: Limits) -> list[Check]:
    """The checks of a rung, and whether each side repeats itself; failures that may be chance are inconclusive."""
    if rung not in PARTS:
        return list(checks)
    findings, chance = Findings(rung, limits), 0.0
    for backend in evidence.backends:
        with findings.evidence_for(f"{backend}.{LEG}"):
            chance = max(chance, _judge_side(findings, evidence, backend, limits))
    own = findings.checks if rung in SAYS_SO else []
    return [*(_by_chance(check, chance) if chance else check for check in checks), *own]


def _judge_side(findings: Findings, evidence: Evidence, backend: str, limits: Limits) -> float:
    """Add the check of a side; returns how far it is from itself where that is beyond the limit, else 0."""
    try:
        found = repeat_of(evidence, backend, PARTS[findings.rung])
    except Incapable:  # the rung itself says what the side cannot do
        return 0.0
    limit = limits.find("stages.float32" if found.single else f"{findings.rung}.{PRECISION}")
    assert limit is not None, "the ledger has a value for each"
    same, name = limit.holds(found.error), f"{backend}.{LEG}"
    told = f"{found.error:.1e} from itself in {found.tensor} in a fresh process, at most {limit.value:g}"
    findings.decide(
        name, "pass" if same else "inconclusive", found.error, limit, f"{backend} {_IS[same]}repeatable: {told}"
    )
    return 0.0 if same else found.error


def _by_chance(check: Check, chance: float) -> Check:
    if check.status != "fail" or check.value is None or check.limit is None or check.value > NEAR * chance:
        return check
    return excused(check, "inconclusive", "a side is as far from itself, so this may be chance")


def repeat_of(evidence: Evidence, backend: str, part: str) -> Repeat:
    """How far a side is from itself in a part of what was repeated; Incapable where it cannot do it."""
    again, before = repeated(evidence, backend, part), _before(evidence, backend, part)
    errors = {name: _error(value, again.get(name)) for name, value in before.items()}
    tensor = max(errors, key=lambda name: errors[name], default="nothing")
    single = any(map(in_float32, [*before.values(), *repeated(evidence, backend, "stages").values()]))
    return Repeat(tensor, errors.get(tensor, 0.0), single)


def repeated(evidence: Evidence, backend: str, part: str) -> Weights:
    """What a side computed once more: `stages`, of each a sample, or weights and moments after the `first` step."""
    return evidence.arrays(Path(backend, layout.REPEAT, getattr(layout, part)(PRECISION)))


def _before(evidence: Evidence, backend: str, part: str) -> Weights:
    folder = layout.LOCKSTEP if part == "stages" else layout.TRAJECTORY
    arrays = evidence.arrays(Path(backend, folder, getattr(layout, part)(PRECISION)))
    return sample(arrays) if part == "stages" else arrays


def _error(before: Array, again: Array | None) -> float:
    """How far a tensor is from itself; infinite for one that is missing or of another shape."""
    return np.inf if again is None or again.shape != before.shape else distance_or_infinity(again, before)
