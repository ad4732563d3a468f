"""Figures of two records held against each other, whoever wrote them: what is beyond a limit, and what is missing."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.judge.comparing import relative_difference

Figures = Mapping[tuple[str, str], Any]
"""By stage and name; a figure that a record lacks is not there, one that is no number is None."""


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
    differences, missing = [], []
    for stage, limit in limits.items():
        names = list(dict.fromkeys(name for found in (first, second) for at, name in found if at == stage))
        for name in names:
            key, label = (stage, name), ", ".join(filter(None, (where, stage, name)))
            if key in first and key in second:
                differences.append(Difference(where, *key, number(first[key]), number(second[key]), limit))
            else:
                missing.append(f"{label}: not in {'A' if key not in first else 'B'}")
        if not names:
            missing.append(f"{', '.join(filter(None, (where, stage)))}: in neither")
    return Comparison(differences, missing)


def number(value: Any) -> float | None:
    """A finite number, or None for whatever else a record may hold."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else None


def section(record: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at a path of keys; an empty one where a record holds none there."""
    for key in path:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record if isinstance(record, Mapping) else {}


def named(stage: str, held: Mapping[str, Any], figures: Iterable[str]) -> Iterator[tuple[tuple[str, str], Any]]:
    """Those of some figures that a section of a record holds, as items of `Figures`."""
    yield from (((stage, figure), held[figure]) for figure in figures if figure in held)


def of_probe(stage: str, held: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[tuple[str, str], Any]]:
    """The L2 norm and two percentiles of the modulus of a probe, as items of `Figures`."""
    yield from (((stage, f"{prefix}{name}"), value) for (_, name), value in named(stage, held, ("l2_norm",)))
    levels = named(stage, section(held, "amplitude"), ("median", "p99"))
    yield from (((stage, f"{prefix}{name} amplitude"), value) for (_, name), value in levels)
