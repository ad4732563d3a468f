from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from harness.networks.pinn.sections import PinnScenario
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases
from harness.scenario.keys import leaves
from harness.scenario.schema import MOST_PHOTONS
from harness.scenario.source import parse

Load = Callable[..., list[Case]]


def test_every_value_stands_with_its_origin(load: Load) -> None:
    (case,) = load("smoke", {"limits.a.b": "1"}, a="training: {epochs: 2}")
    lines = case.resolved_yaml().splitlines()
    assert lines[0] == "# a, profile smoke"
    assert "  epochs: 2 # scenario: scenarios/a.yaml:1" in lines
    assert "  encoder_filters: [8, 32, 64] # default" in lines
    assert "  file: null # default" in lines
    assert "  a.b: 1.0 # override: command line" in lines
    assert sum(" # " in line for line in lines) == len(case.origins) == len(leaves(case.scenario))


def test_a_long_text_of_several_lines_stays_beside_its_origin(load: Load) -> None:
    (case,) = load(a=f"description: |\n  first\n\n  {'many words ' * 50}\n")
    (line,) = [line for line in case.resolved_yaml().splitlines() if "first" in line]
    assert line.startswith('description: "first')
    assert line.endswith("# scenario: scenarios/a.yaml:1")


def test_it_reads_back_to_the_same_scenario(load: Load, tmp_path: Path) -> None:
    (case,) = load(a="description: 'one: two # three'\nmarkers: [slow, realdata]\nlimits: {a.b.c: 1e-7}\n")
    again = tmp_path / "again"
    again.mkdir()
    (again / "a.yaml").write_text(case.resolved_yaml(), encoding="utf-8")
    assert load_cases([again], "stable", {})[0].scenario == case.scenario


@settings(max_examples=30, deadline=None)
@given(
    description=st.text(st.characters(exclude_categories=["Cs"])),
    nphotons=st.floats(min_value=0, exclude_min=True, max_value=MOST_PHOTONS),
    limits=st.dictionaries(st.from_regex(r"[a-z]+(\.[a-z_]+){1,3}", fullmatch=True), st.integers(-9, 9).map(float)),
)
def test_any_text_and_number_survives(description: str, nphotons: float, limits: dict[str, float]) -> None:
    scenario = PinnScenario.model_validate(
        {"description": description, "dataset": {"nphotons": nphotons}, "limits": limits}
    )
    origins = dict.fromkeys(leaves(scenario), "default")
    text = Case("a", "a", Path("a.yaml"), "smoke", scenario, origins, {}).resolved_yaml()
    assert PinnScenario.model_validate(parse(text).value) == scenario
