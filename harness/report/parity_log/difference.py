"""Figures of two records held against each other, whoever wrote them: what is beyond a limit, and what is missing."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.judge.comparing import Pair, paired, relative_difference

Figures = Mapping[str, Mapping[str, float]]
"""By stage and name; a figure that a record lacks is not there, one that is no number is NaN."""


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
        """Difference over the larger magnitude; NaN when one is no number."""
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
        figures = paired(first[stage], second[stage])
        differences += [Difference(where, stage, *figure, limit) for figure in figures if figure.is_in_both]
        label = ", ".join(filter(None, (where, stage)))
        missing += [f"{label}{told}" for told in _missing(figures)]
    return Comparison(differences, missing)


def _missing(figures: Sequence[Pair[str, float]]) -> Iterator[str]:
    """What one side of a stage lacks: all of it, or some figures."""
    if not figures:
        yield ": in neither"
    for name, lacking in (
        ("A", [figure.name for figure in figures if figure.first is None]),
        ("B", [figure.name for figure in figures if figure.second is None]),
    ):
        if lacking:
            yield f"{', ' + ', '.join(lacking) if len(lacking) < len(figures) else ''}: not in {name}"


def number(value: Any) -> float:
    """A finite number, or NaN for whatever else a record may hold."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else math.nan


def section(record: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at a path of keys; an empty one where a record holds none there."""
    for key in path:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record if isinstance(record, Mapping) else {}


def picked(held: Mapping[str, Any], names: Iterable[str]) -> dict[str, float]:
    """Those of the named figures that a section of a record holds."""
    return {name: number(held[name]) for name in names if name in held}


def of_probe(held: Mapping[str, Any]) -> dict[str, float]:
    """The L2 norm of a probe and two percentiles of its modulus, as far as a record holds them."""
    levels = picked(section(held, "amplitude"), ("median", "p99"))
    return picked(held, ("l2_norm",)) | {f"{name} amplitude": value for name, value in levels.items()}
