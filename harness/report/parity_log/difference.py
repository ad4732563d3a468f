"""Figures of two records held against each other, whoever wrote them: what is beyond a limit, and what is missing."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.judge.comparing import relative_difference

Figures = Mapping[str, Mapping[str, Any]]
"""By stage and name; a figure that a record lacks is not there, one that is no number may be anything."""


@dataclass(frozen=True)
class Difference:
    """One figure of one stage that both records hold."""

    where: str
    """What of a record the figure is of, such as a dose; empty where a record is of one thing."""
    stage: str
    figure: str
    first: float | None
    second: float | None
    limit: float

    @property
    def relative(self) -> float | None:
        """Difference over the larger magnitude; None when one is no number."""
        return relative_difference(self.first, self.second)

    @property
    def is_beyond(self) -> bool:
        """Whether the figures are further apart than the limit, or one is no number."""
        relative = self.relative
        return relative is None or not relative <= self.limit


@dataclass(frozen=True)
class Comparison:
    """Two records, as far as they can be compared."""

    differences: list[Difference]
    """In the order of the chain."""
    missing: list[str]
    """What one of the two lacks, a few words each."""

    @property
    def first_beyond(self) -> Difference | None:
        """Where the records part: the first figure beyond its limit."""
        return next((one for one in self.differences if one.is_beyond), None)


def together(parts: Iterable[Comparison]) -> Comparison:
    """The parts as one; raises HarnessError when no figure is in both records: nothing could be said of them."""
    parts = list(parts)
    differences = [one for part in parts for one in part.differences]
    if not differences:
        raise HarnessError("the files have no figure in common; name two that hold the same sections.")
    return Comparison(differences, [one for part in parts for one in part.missing])


def held_against(where: str, first: Figures, second: Figures, limits: Mapping[str, float]) -> Comparison:
    """Every figure of the stages that have a limit, in their order; what either lacks is told and not compared."""
    differences: list[Difference] = []
    missing: list[str] = []
    for stage, limit in limits.items():
        ours, theirs = first[stage], second[stage]
        both = [name for name in ours if name in theirs]
        differences += [
            Difference(where, stage, name, number(ours[name]), number(theirs[name]), limit) for name in both
        ]
        label = ", ".join(filter(None, (where, stage)))
        missing += [f"{label}{told}" for told in _missing(ours, theirs)]
    return Comparison(differences, missing)


def _missing(ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[str]:
    """What one side of a stage lacks: all of it, or some figures."""
    if not ours and not theirs:
        yield ": in neither"
    for name, held, other in (("A", ours, theirs), ("B", theirs, ours)):
        if lacking := [figure for figure in other if figure not in held]:
            yield f"{', ' + ', '.join(lacking) if held else ''}: not in {name}"


def number(value: Any) -> float | None:
    """A finite number, or None for whatever else a record may hold."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def section(record: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at a path of keys; an empty one where a record holds none there."""
    for key in path:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record if isinstance(record, Mapping) else {}


def picked(held: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """Those of the named figures that a section of a record holds."""
    return {name: held[name] for name in names if name in held}


def of_probe(held: Mapping[str, Any]) -> dict[str, Any]:
    """The L2 norm of a probe and two percentiles of its modulus, as far as a record holds them."""
    levels = picked(section(held, "amplitude"), ("median", "p99"))
    return picked(held, ("l2_norm",)) | {f"{name} amplitude": value for name, value in levels.items()}
