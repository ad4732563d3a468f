"""Two parity logs, stage by stage: the first stage of a dose that is beyond its limit is where the data part.

Both may come from elsewhere, as long as they keep the names of `log.py`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from harness.errors import HarnessError

LIMITS = {"raw": 0.01, "probe": 0.01, "normalised": 0.05, "grouped": 0.05, "intensity_scale": 0.01}
"""Largest relative difference of a stage, in the order of the chain; spec of the study: raw statistics and probe within
1 %, grouped within 5 %, intensity_scale within 1 %."""
_FIGURES = ("mean", "std", "p99", "nonzero_fraction")
"""What stages are compared by: an extreme of one pixel says little."""


@dataclass(frozen=True)
class Difference:
    """One figure of one stage of one dose in two logs."""

    nphotons: float
    stage: str
    figure: str
    first: float | None
    second: float | None
    limit: float

    @property
    def relative(self) -> float | None:
        """Difference over the larger magnitude; None when a side has no such figure."""
        if self.first is None or self.second is None:
            return None
        largest = max(abs(self.first), abs(self.second))
        return abs(self.first - self.second) / largest if largest else 0.0

    @property
    def is_beyond(self) -> bool:
        """Whether the figures are further apart than the limit, or one is missing."""
        relative = self.relative
        return relative is None or not relative <= self.limit


def compare(first: Mapping[str, Any], second: Mapping[str, Any]) -> list[Difference]:
    """Every figure of every dose, the doses in order, the stages in the order of the chain.

    Raises HarnessError when the logs have no dose in common.
    """
    ours, theirs = ({one["nphotons"]: one for one in log["datasets"]} for log in (first, second))
    both = sorted(ours.keys() & theirs.keys())
    if not both:
        raise HarnessError(f"the logs have no dose in common: {sorted(ours)} and {sorted(theirs)}.")
    return [difference for dose in both for difference in _of_dose(dose, ours[dose], theirs[dose])]


def _of_dose(dose: float, ours: Mapping[str, Any], theirs: Mapping[str, Any]) -> Iterator[Difference]:
    for stage, limit in LIMITS.items():
        figures = [dict(_figures(one, stage)) for one in (ours, theirs)]
        for name in dict.fromkeys([*figures[0], *figures[1]]):
            yield Difference(dose, stage, name, figures[0].get(name), figures[1].get(name), limit)


def _figures(one: Mapping[str, Any], stage: str) -> Iterator[tuple[str, float | None]]:
    if stage == "intensity_scale":
        yield from ((stage, one["parameters"][stage]) for _ in range(bool(one.get("parameters"))))
    elif stage == "probe":
        yield "l2_norm", one["probe"]["l2_norm"]
        yield "median amplitude", one["probe"]["amplitude"]["median"]
        yield "p99 amplitude", one["probe"]["amplitude"]["p99"]
    elif one.get(stage):
        yield from ((name, one[stage][name]) for name in _FIGURES)


def first_beyond(differences: list[Difference]) -> Difference | None:
    """Where two logs part: the first figure beyond its limit."""
    return next((one for one in differences if one.is_beyond), None)
