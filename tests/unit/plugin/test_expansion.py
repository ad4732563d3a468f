"""Which tests there are, what they are called, and what selects them."""

from collections.abc import Callable

import pytest

from harness.judge import ladder
from harness.plugin import expansion

Writer = Callable[..., None]

RUNGS = (
    "spec", "settings", "dataset", "stages", "physics", "loss", "gradient", "step", "trajectory", "telemetry",
    "patches", "scale", "canvas", "reconstruction", "agreement", "exchange", "ensemble", "golden",
)  # fmt: skip


def collected(project: pytest.Pytester, *arguments: str) -> list[str]:
    """Names of the selected tests, in their order."""
    result = project.runpytest_inprocess("--collect-only", "-q", *arguments)
    return [line.rpartition("::")[2] for line in result.outlines if "::" in line]


def test_one_test_a_rung_and_case(project: pytest.Pytester) -> None:
    assert collected(project) == [f"test_{rung}[small]" for rung in RUNGS]


def test_tests_of_a_case_stay_together_in_the_order_of_the_ladder(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("another")
    names = collected(project)
    assert names == [f"test_{rung}[{case}]" for case in ("another", "small") for rung in RUNGS]


@pytest.mark.parametrize(
    ("arguments", "expected"),
    [
        (("-k", "other"), [f"test_{rung}[small]" for rung in RUNGS]),
        (("-k", "toy and canvas"), ["test_canvas[small]"]),
        (("-k", "tensorflow"), []),
        (("-k", "small and (loss or scale)"), ["test_loss[small]", "test_scale[small]"]),
        (("-m", "parity and not slow", "-k", "canvas"), ["test_canvas[small]"]),
    ],
)
def test_keywords_select_what_a_person_expects(
    project: pytest.Pytester, arguments: tuple[str, ...], expected: list[str]
) -> None:
    assert collected(project, *arguments) == expected


def test_markers_of_a_scenario(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("heavy", "markers: [slow, realdata]\n")
    assert collected(project, "-m", "slow", "-k", "canvas") == ["test_canvas[heavy]"]
    assert collected(project, "-k", "realdata and canvas") == ["test_canvas[heavy]"]


def test_a_matrix_makes_a_case_of_each_point(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("doses", "matrix: {dataset.nphotons: [1e3, 1e5]}\n")
    assert collected(project, "-k", "doses and canvas") == ["test_canvas[doses-1e3]", "test_canvas[doses-1e5]"]


@pytest.mark.parametrize(("marker", "rungs"), expansion.COSTS.items())
def test_markers_of_the_cost_select_rungs(project: pytest.Pytester, marker: str, rungs: tuple[str, ...]) -> None:
    assert collected(project, "-m", marker) == [f"test_{rung}[small]" for rung in rungs]


def test_the_name_of_a_rung_selects_no_other_by_its_marker(project: pytest.Pytester) -> None:
    assert collected(project, "-k", "step") == ["test_step[small]"]
    assert collected(project, "-m", "parity", "-k", "step") == ["test_step[small]"]


def test_a_rung_costs_what_its_legs_cost() -> None:
    legs = {marker: set().union(*map(ladder.needs, rungs)) for marker, rungs in expansion.COSTS.items()}
    assert not legs["lockstep"] & {"train", "infer", "exchange", "ensemble"}
    assert "ensemble" not in legs["trained"]
    assert all("train" in ladder.needs(rung) for rung in expansion.COSTS["trained"])
    assert sorted(rung for rungs in expansion.COSTS.values() for rung in rungs) == sorted(ladder.JUDGES)


def test_markers_are_registered(project: pytest.Pytester) -> None:
    result = project.runpytest_inprocess("--markers")
    for marker in ("parity", "faults", "golden", "gpu", "slow", "nightly", "subjects", "browser", "realdata"):
        result.stdout.fnmatch_lines([f"@pytest.mark.{marker}: *"])


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("trainin: {epochs: 2}\n", "*bad.yaml:6: trainin: *unknown key*"),
        ("markers: [nonsense]\n", "scenarios/bad.yaml:6: markers: found 'nonsense'; allowed: *"),
        ("limits: {loss.nonsense: 1.0}\n", "*limits.loss.nonsense*unknown*"),
    ],
)
def test_a_bad_scenario_is_one_sentence(project: pytest.Pytester, scenario: Writer, text: str, sentence: str) -> None:
    scenario("bad", text)
    result = project.runpytest_inprocess("-k", "small")  # a broken file is not passed over because of -k
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: {sentence}"])
    assert "Traceback" not in result.stdout.str() + result.stderr.str()
    assert not (project.path / "reports").exists()


def test_a_bad_scenario_is_silent_where_no_rung_is_collected(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("bad", "trainin: {epochs: 2}\n")
    project.makepyfile(test_own="def test_passes(): pass")
    assert project.runpytest_inprocess("test_own.py").ret == pytest.ExitCode.OK


def test_no_scenario_at_all_is_one_sentence(project: pytest.Pytester) -> None:
    (project.path / "scenarios" / "small.yaml").unlink()
    result = project.runpytest_inprocess()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["ERROR: *found no scenario*"])
