"""Differences between the statistics of two records: which are beyond their limit, and which are missing."""

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError
from harness.judge.comparing import Pair, paired, relative_difference

Statistics = Mapping[str, Mapping[str, float]]
"""Values by stage and name. A statistic that a record lacks is absent; one that is no number is NaN."""


@dataclass(frozen=True)
class Difference:
    """One statistic of one stage, of both records."""

    where: str
    """Part of the record that it is from, such as a dose; empty where a record has only one part."""
    stage: str
    statistic: str
    first: float | None
    second: float | None
    limit: float

    @property
    def relative(self) -> float | None:
        """The difference over the larger magnitude; NaN when one of the two is no number."""
        return relative_difference(self.first, self.second)

    @property
    def is_beyond(self) -> bool:
        """Whether the relative difference is above the limit, or one of the two is no number."""
        relative = self.relative
        return relative is None or not relative <= self.limit


@dataclass(frozen=True)
class Comparison:
    """Result of the comparison of two records."""

    differences: list[Difference]
    """All statistics that both records hold, in the order of the stages."""
    missing: list[str]
    """What one of the records lacks, a few words each."""

    @property
    def first_beyond(self) -> Difference | None:
        """The first difference beyond its limit, in the order of the stages; None without one."""
        return next((one for one in self.differences if one.is_beyond), None)


def combined(parts: Iterable[Comparison]) -> Comparison:
    """Join comparisons of parts into one; raises HarnessError when they hold no statistic that both records have."""
    parts = list(parts)
    differences = [one for part in parts for one in part.differences]
    if not differences:
        raise HarnessError("the files have no figure in common; name two that hold the same sections.")
    return Comparison(differences, [one for part in parts for one in part.missing])


def compare_stages(where: str, first: Statistics, second: Statistics, limits: Mapping[str, float]) -> Comparison:
    """Compare the stages that have a limit, in the order of the limits.

    Args:
        where: name of the part of the records, such as a dose; it is put before what is missing.
        first: the statistics of the first record.
        second: those of the second record.
        limits: largest relative difference by stage.
    """
    differences: list[Difference] = []
    missing: list[str] = []
    for stage, limit in limits.items():
        statistics = paired(first[stage], second[stage])
        differences += [Difference(where, stage, *pair, limit) for pair in statistics if pair.is_in_both]
        label = ", ".join(filter(None, (where, stage)))
        missing += [f"{label}{lacking}" for lacking in _missing(statistics)]
    return Comparison(differences, missing)


def _missing(statistics: Sequence[Pair[str, float]]) -> Iterator[str]:
    """For each of the two records, which statistics of a stage it lacks: all of them, or some."""
    if not statistics:
        yield ": in neither"
    for name, lacking in (
        ("A", [pair.name for pair in statistics if pair.first is None]),
        ("B", [pair.name for pair in statistics if pair.second is None]),
    ):
        if lacking:
            yield f"{', ' + ', '.join(lacking) if len(lacking) < len(statistics) else ''}: not in {name}"


def number(value: Any) -> float:
    """The value as a float if it is a finite number, else NaN."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if is_number else math.nan


def section(record: Any, *path: str) -> Mapping[str, Any]:
    """The mapping at a path of keys in a nested record; an empty one if there is none."""
    for key in path:
        record = record.get(key) if isinstance(record, Mapping) else None
    return record if isinstance(record, Mapping) else {}


def selected(held: Mapping[str, Any], names: Iterable[str]) -> dict[str, float]:
    """The values with the given names, of those that a section holds."""
    return {name: number(held[name]) for name in names if name in held}


def probe_statistics(held: Mapping[str, Any]) -> dict[str, float]:
    """The L2 norm of a probe, and the median and 99th percentile of its amplitude, if the section holds them."""
    levels = selected(section(held, "amplitude"), ("median", "p99"))
    return selected(held, ("l2_norm",)) | {f"{name} amplitude": value for name, value in levels.items()}
