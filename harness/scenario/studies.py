"""Dose studies: cases of one scenario that differ in their dose alone, sorted into curves over the dose."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from harness.scenario.matrix import label
from harness.scenario.schema import Scenario


class Point(NamedTuple):
    """A case: its id, the name of its scenario, and the resolved scenario."""

    id: str
    name: str
    scenario: Scenario


@dataclass(frozen=True)
class Study:
    """The dose study of one scenario: one or more curves of cases over the dose."""

    name: str
    """Name of the scenario."""
    curves: Mapping[str, Mapping[float, str]]
    """Label of each curve (the other part of the cases' ids, such as `nll`, or empty) -> mean photons in a pattern,
    ascending -> id of the case."""

    @property
    def cases(self) -> list[str]:
        """Ids of all cases of the study."""
        return [case for doses in self.curves.values() for case in doses.values()]


def studies(points: Iterable[Point]) -> list[Study]:
    """Find the dose studies: scenarios with cases that differ in the dose alone and have two doses at least."""
    alike: dict[str, dict[str, list[Point]]] = {}
    for point in points:
        alike.setdefault(point.name, {}).setdefault(_without_dose(point.scenario), []).append(point)
    found = (Study(name, dict(map(_curve, filter(_has_doses, groups.values())))) for name, groups in alike.items())
    return [study for study in found if study.curves]


def _has_doses(points: list[Point]) -> bool:
    return len({point.scenario.dataset.nphotons for point in points}) > 1


def _curve(points: list[Point]) -> tuple[str, dict[float, str]]:
    rising = sorted(points, key=lambda point: point.scenario.dataset.nphotons)
    return _label(rising[0]), {point.scenario.dataset.nphotons: point.id for point in rising}


def _label(point: Point) -> str:
    """The id of a case without the name of its scenario and the label of its dose."""
    rest = point.id.removeprefix(point.name)
    return rest.replace(f"-{label(point.scenario.dataset.nphotons)}", "", 1).removeprefix("-")


def _without_dose(scenario: Scenario) -> str:
    dataset = scenario.dataset.model_copy(update={"nphotons": 1.0})
    return scenario.model_copy(update={"dataset": dataset}).model_dump_json()
