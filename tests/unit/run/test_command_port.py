"""A side that is two command lines and files of numbers, for real: what the ladder says of it, and what it refuses."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from harness import layout
from harness.files import read_json
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.run.plan import LEGS
from harness.run.run_case import RunOptions, run_case
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from harness.scenario.pair import PairScenario, SideSpec

COMMANDS = Path(__file__).parent / "commands"
TRAIN, INFER = (
    f"{sys.executable} train.py {{data}} {{output}} {{epochs}}",
    f"{sys.executable} infer.py {{data}} {{output}} {{model}}",
)
OUTPUTS = {"history.loss": "history.csv:loss", "patches": "found.npz:patches"}
SIDE = {"port": "command", "train": TRAIN, "infer": INFER, "outputs": OUTPUTS, "code": ["train.py", "infer.py"]}


def make_case(**candidate: Any) -> Case:
    scenario = PairScenario.model_validate(
        {
            "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 24}, "nphotons": 1e6},
            "grouping": {"groups": 4},
            "training": {"epochs": 2, "batch_size": 2},
            "inference": {"group_limit": 4},
            "pair": {"reference": {**SIDE, "name": "first"}, "candidate": {**SIDE, "name": "second", **candidate}},
        }
    )
    return Case(
        "commands",
        "commands",
        COMMANDS / "commands.yaml",
        "smoke",
        scenario,
        dict.fromkeys(leaves(scenario), "default"),
        {},
    )


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("store")


@pytest.fixture
def run(store: Path, tmp_path: Path) -> Callable[[Case], dict[tuple[str, str], str | None]]:
    """Run a case; returns the error of each job."""

    def run(case: Case) -> dict[tuple[str, str], str | None]:
        options = RunOptions(("first", "second"), {}, "cpu", store, 120.0)
        run_case(case, LEGS, options, tmp_path / "case", lambda _: None)
        (tmp_path / "case" / layout.SCENARIO).write_text(case.resolved_yaml())
        return {(job["backend"], job["leg"]): job["error"] for job in read_json(tmp_path / "case" / layout.JOBS)}

    return run


def verdicts(folder: Path, case: Case) -> dict[str, str]:
    evidence, limits = Evidence(folder, ("first", "second")), tolerances.limits_of(case)
    left_out = ("ensemble", "golden", "settings")
    return {rung: ladder.judge_rung(rung, evidence, limits).status for rung in ladder.JUDGES if rung not in left_out}


def test_two_commands_are_judged_from_their_files(run, tmp_path: Path) -> None:
    case = make_case()
    assert set(run(case).values()) == {None}
    found = verdicts(tmp_path / "case", case)
    deep = ("spec", "stages", "physics", "loss", "gradient", "step", "trajectory", "scale", "canvas", "exchange")
    assert {rung: found[rung] for rung in deep} == dict.fromkeys(deep, "inconclusive")
    assert found["dataset"] == "pass"
    assert "error" not in found.values()
    assert found["telemetry"] == "inconclusive"  # nobody said how many steps, at which learning rate
    trained = read_json(tmp_path / "case" / "first" / "own_loop" / "model.json")
    assert trained["patterns"] == 12  # the half for testing was not trained on


@pytest.mark.parametrize(
    ("candidate", "leg", "sentence"),
    [
        (
            {"train": f"{TRAIN} --fails"},
            "train",
            "pair.candidate.train: ended with status 1; its last line: no training today",
        ),
        (
            {"outputs": {**OUTPUTS, "history.loss": "losses.csv:loss"}},
            "train",
            "pair.candidate.outputs.history.loss: losses.csv:loss: the command left no such file; it left history.csv, "
            "model.json.",
        ),
        (
            {"outputs": {**OUTPUTS, "patches": "found.npz:recon"}},
            "infer",
            "pair.candidate.outputs.patches: found.npz:recon: the file holds no 'recon'.",
        ),
        (
            {"outputs": {**OUTPUTS, "patches": "found.npz:square"}},
            "infer",
            "second: patches have shape (120, 120); (12, 64, 64) is needed, one of each test pattern.",
        ),
    ],
)
def test_what_goes_wrong_is_one_sentence(run, candidate, leg, sentence) -> None:
    assert run(make_case(**candidate))["second", leg] == sentence


@pytest.mark.parametrize(
    ("changes", "sentence"),
    [
        (
            {"outputs": {**OUTPUTS, "history.mse": "found.png"}},
            "values of a picture are rounded and scaled",
        ),
        (
            {"outputs": {**OUTPUTS, "colour": "found.npz:colour"}},
            "found colour, allowed: history.<metric>, patches",
        ),
        ({"outputs": {"patches": "found.npz:patches"}}, "outputs: lacks history.loss"),
        ({"outputs": {**OUTPUTS, "patches": "found.npz"}}, "must be FILE:KEY"),
        ({"train": "python train.py {folder}"}, "has the places folder; allowed: data, output, model"),
        ({"train": "python train.py {"}, "is no template"),
        ({"infer": ""}, "port 'command' needs train, infer and outputs, and no factory"),
        ({"port": "own"}, "'factory' must be given where port is 'own'"),
        ({"port": "own", "factory": "side.py:build"}, "train, infer, outputs: are for port 'command' alone"),
    ],
)
def test_what_the_scenario_must_not_say(changes, sentence) -> None:
    with pytest.raises(ValidationError, match=sentence.replace("{", ".").replace("<", ".")):
        SideSpec.model_validate({**SIDE, **changes})
