"""Dose studies: the cases of one scenario that differ in their dose, put together to curves."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from harness.scenario.matrix import label
from harness.scenario.schema import Scenario


class Point(NamedTuple):
    """A case: its id, the name of its scenario, and what it resolves to."""

    id: str
    name: str
    scenario: Scenario


@dataclass(frozen=True)
class Study:
    """The doses of one scenario."""

    name: str
    """Of the scenario."""
    curves: Mapping[str, Mapping[float, str]]
    """By whatever else tells cases apart (`nll`, or nothing): their ids by photons a pattern, in rising order."""

    @property
    def cases(self) -> list[str]:
        """The ids of all its cases."""
        return [case for doses in self.curves.values() for case in doses.values()]


def studies(points: Iterable[Point]) -> list[Study]:
    """The studies among some cases: each scenario of which cases are alike but for two doses or more."""
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
    """What is left of the id without the scenario's name and the label of the dose."""
    rest = point.id.removeprefix(point.name)
    return rest.replace(f"-{label(point.scenario.dataset.nphotons)}", "", 1).removeprefix("-")


def _without_dose(scenario: Scenario) -> str:
    dataset = scenario.dataset.model_copy(update={"nphotons": 1.0})
    return scenario.model_copy(update={"dataset": dataset}).model_dump_json()
