"""Which cases make a dose study, and how its curves are told apart."""

from pathlib import Path

from harness.networks.pinn.sections import PinnScenario
from harness.scenario.catalogue import load_cases
from harness.scenario.studies import Point, Study, studies

SCENARIOS = Path(__file__).parents[3] / "scenarios"


def point(identity: str, nphotons: float, **more: object) -> Point:
    scenario = PinnScenario.model_validate({"dataset": {"nphotons": nphotons}, **more})
    return Point(identity, identity.partition("-")[0], scenario)


def test_the_shipped_studies() -> None:
    cases = load_cases([SCENARIOS], "stable", {})
    found = {study.name: study for study in studies(Point(case.id, case.name, case.scenario) for case in cases)}
    assert set(found) == {"photon_grid_study", "dose_gs2"}
    assert found["photon_grid_study"].curves == {"": {10.0**k: f"photon_grid_study-1e{k}" for k in range(3, 10)}}
    assert {curve: list(doses) for curve, doses in found["dose_gs2"].curves.items()} == {
        "nll": [1e4, 1e5, 1e9],
        "mae": [1e4, 1e5, 1e9],
    }
    assert all(case.scenario.ensemble.seeds >= 3 for case in cases if case.name in found)


def test_doses_rise_as_numbers() -> None:
    [study] = studies([point("a-1e10", 1e10), point("a-2e3", 2e3), point("a-1e9", 1e9)])
    assert study == Study("a", {"": {2e3: "a-2e3", 1e9: "a-1e9", 1e10: "a-1e10"}})
    assert study.cases == ["a-2e3", "a-1e9", "a-1e10"]


def test_one_dose_and_other_scenarios_are_no_study() -> None:
    assert studies([point("a-1e3", 1e3)]) == []
    assert studies([point("a", 1e3), point("b", 1e5)]) == []


def test_what_differs_in_more_than_the_dose_lies_on_another_curve() -> None:
    lone = point("a-1e5-other", 1e5, training={"seed": 7})
    [study] = studies([point("a-1e3", 1e3), point("a-1e5", 1e5), lone])
    assert study.curves == {"": {1e3: "a-1e3", 1e5: "a-1e5"}}
