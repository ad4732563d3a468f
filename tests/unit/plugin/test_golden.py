"""The rung `golden` and the flag that approves, with toy backends."""

import json

import pytest

from harness.files import read_npz, write_npz

RUNG = ("-k", "golden")


@pytest.fixture(autouse=True)
def _at_a_desk(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tests run in CI, too, where nothing is approved."""
    monkeypatch.delenv("CI", raising=False)


def outcome(project: pytest.Pytester, hub: str, *options: str) -> pytest.RunResult:
    return project.runpytest_inprocess(*RUNG, "--parity-hub", hub, *options)


@pytest.mark.slow
def test_a_result_is_approved_once_and_holds_until_it_changes(project: pytest.Pytester) -> None:
    first = outcome(project, "one", "-rs")
    first.assert_outcomes(skipped=1)
    first.stdout.fnmatch_lines(["*no result of this case is approved for the profile stable; propose one*"])
    outcome(project, "two", "--golden-update=small").assert_outcomes(passed=1)
    folder = project.path / "tests" / "golden"
    approved = {path: path.read_bytes() for path in folder.rglob("*.*") if path.suffix in (".json", ".npz")}
    assert len(approved) == 5
    entry = json.loads((folder / "registry.json").read_text())["trained/stable/small/toy.npz"]
    assert (entry["case"], entry["profile"], entry["hub"]) == ("small", "stable", "two")
    assert entry["environment"]["toy-backend"] == "1.5"
    outcome(project, "three", "--golden-update=all").assert_outcomes(passed=1)
    assert {path: path.read_bytes() for path in approved} == approved
    outcome(project, "four").assert_outcomes(passed=1)
    path = folder / "trained" / "stable" / "small" / "toy.npz"
    held = read_npz(path)
    write_npz(path, picture=held["picture"] * 1.000001, weight=held["weight"])
    spoilt = outcome(project, "five")
    spoilt.assert_outcomes(errors=1)
    spoilt.stdout.fnmatch_lines(["*trained/stable/small/toy.npz: was changed after it was approved*"])
    assert path.read_bytes() != approved[path]


def test_a_scenario_that_changed_makes_its_approved_result_stale(project: pytest.Pytester, scenario) -> None:
    outcome(project, "one", "--golden-update=new").assert_outcomes(passed=1)
    scenario("small", "model: {border: mean}\n")
    stale = outcome(project, "two")
    stale.assert_outcomes(errors=1)
    stale.stdout.fnmatch_lines(["*is stale: the scenario of small has changed*"])
    outcome(project, "three", "--golden-update=new").assert_outcomes(errors=1)  # it is not new


@pytest.mark.slow
def test_what_was_changed_for_a_session_is_neither_held_nor_approved(project: pytest.Pytester) -> None:
    changed = ("--parity-override", "training.seed=3")
    refused = outcome(project, "one", *changed, "--golden-update=all")
    refused.assert_outcomes(errors=1)
    refused.stdout.fnmatch_lines(["*was run with training.seed; only a case as it stands can be approved*"])
    assert not (project.path / "tests" / "golden").exists()
    result = outcome(project, "two", "-rs", *changed)
    result.stdout.fnmatch_lines(["*no result of this case is approved for the profile stable*"])
    outcome(project, "three", "--golden-update=new").assert_outcomes(passed=1)
    result = outcome(project, "four", "-rs", *changed)
    result.stdout.fnmatch_lines(["*training.seed was overridden, and what is approved is the case as it stands*"])


def test_an_override_that_changes_no_result_leaves_the_approved_one_in_force(project: pytest.Pytester) -> None:
    outcome(project, "one", "--golden-update=new").assert_outcomes(passed=1)
    outcome(project, "two", "--parity-override", "ensemble.seeds=3").assert_outcomes(passed=1)


def test_nothing_is_approved_in_ci(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    result = outcome(project, "one", "--golden-update=all")
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*golden files are not approved in CI*"])
