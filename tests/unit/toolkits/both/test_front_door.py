"""The front door, for real: a workflow of both sides runs from the data of the case and is stopped before it trains."""

import collections
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest

from harness import layout
from harness.dataset.build import build
from harness.dataset.simulate import simulate
from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.judge import ladder, tolerances
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings
from harness.judge.front_door import judge_front_doors
from harness.judge.rungs.dataset import grouped
from harness.ports.seen import Seen
from harness.records.settings import SettingsRecord
from harness.run import worker
from harness.run.job import Job, write_job
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from harness.scenario.pair import PairScenario
from harness.toolkits.front_door import stopped_at

WORKFLOW = Path(__file__).parent / "workflow"
SIDES = ("first", "second")
Judged = dict[str, str]


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data of the case."""
    folder = tmp_path_factory.mktemp("dataset")
    case = _case({}, {})
    build(case.scenario, simulate(case.scenario.dataset), folder)
    return folder


@pytest.fixture
def run(dataset: Path, tmp_path: Path) -> Callable[..., dict[str, dict[str, Any]]]:
    """Run leg contract of both sides, as a worker does; returns the entry of each side in `jobs.json`."""

    def run(case: Case) -> dict[str, dict[str, Any]]:
        records = {side: _record(case, dataset, tmp_path, side) for side in SIDES}
        write_json(tmp_path / layout.JOBS, list(records.values()))
        return records

    return run


@pytest.fixture
def judged(run, dataset: Path, tmp_path: Path) -> Callable[..., Judged]:
    """Status of every check of rung settings and of the front doors, with these options of the candidate."""

    def judged(options: Mapping[str, Any], asked: Mapping[str, Any]) -> Judged:
        case = _case(options, asked)
        run(case)
        shutil.copytree(dataset, tmp_path / layout.DATASET)
        (tmp_path / layout.SCENARIO).write_text(case.resolved_yaml())
        SettingsRecord(settings=dict(case.scenario.requested_settings or {})).write(tmp_path / layout.REQUESTED)
        evidence, limits = Evidence(tmp_path, SIDES), tolerances.limits_of(case)
        findings = Findings("dataset", limits)
        judge_front_doors(findings, evidence, grouped(evidence, "train"))
        checks = [*ladder.JUDGES["settings"].judge(evidence, limits), *findings.checks]
        return {f"{check.rung}.{check.name}": f"{check.status}: {check.message}" for check in checks}

    return judged


def _case(options: Mapping[str, Any], asked: Mapping[str, Any]) -> Case:
    factory = {"port": "torch", "factory": "side.py:build"}
    scenario = PairScenario.model_validate(
        {
            "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 12}, "nphotons": 1e6, "split": "none"},
            "grouping": {"groups": 12, "regroup": False},
            "training": {"epochs": 1, "batch_size": 2},
            "inference": {"group_limit": 2},
            "pair": {
                "reference": {**factory, "name": SIDES[0]},
                "candidate": {**factory, "name": SIDES[1], "options": dict(options)},
                "settings": dict(asked),
            },
        }
    )
    return Case(
        "door", "door", WORKFLOW / "door.yaml", "smoke", scenario, dict.fromkeys(leaves(scenario), "default"), {}
    )


def _record(case: Case, dataset: Path, folder: Path, side: str) -> dict[str, Any]:
    path = folder / f"{side}.json"
    job = Job(
        case=case.id,
        backend=side,
        leg="contract",
        scenario=case.scenario,
        dataset=dataset,
        output=folder / side,
        device="cpu",
        environment={},
        home=WORKFLOW,
    )
    write_job(path, job)
    done = worker.run(path)
    error = None if done else read_json(folder / side / layout.ERROR)["error"]
    facts = {"cached": False, "seconds": None, "key": None, "error": error}
    return {"backend": side, "leg": "contract", "status": "done" if done else "failed", **facts}


def red(judged: Judged) -> list[str]:
    return [name for name, said in judged.items() if not said.startswith("pass")]


def test_two_sides_with_one_workflow_are_green_and_say_what_they_did_not_see(judged: Callable[..., Judged]) -> None:
    found = judged({}, {"learning_rate": 1e-3})
    assert red(found) == []
    assert found["settings.first.seen"].endswith("asked for and not seen: N, gridsize, nphotons, probe_scale, epochs")
    assert {
        "settings.first.learning_rate",
        "settings.batch_size",
        "dataset.seen.input",
        "dataset.seen.first.input",
    } <= {*found}


def test_what_one_side_has_otherwise_is_red_against_what_was_asked_and_against_the_other_side(judged) -> None:
    options = {"learning_rate": 2e-3, "batch_size": 4, "each_pattern_alone": True}
    found = judged(options, {"learning_rate": 1e-3})
    assert red(found) == [
        "settings.second.batch_size",
        "settings.second.learning_rate",
        "settings.batch_size",
        "settings.learning_rate",
        "dataset.seen.second.input",
        "dataset.seen.input",
    ]
    assert found["settings.batch_size"] == "fail: batch_size: first had 2, second 4"


def test_a_workflow_that_fails_before_it_trains_is_one_sentence(run) -> None:
    jobs = run(_case({"batch_size": 0}, {}))
    assert jobs["first"]["status"] == "done"
    place, problem, end = jobs["second"]["error"].split(": ", 2)[1:2] + jobs["second"]["error"].rsplit("raised ", 1)
    assert problem.endswith("side.py:build: the workflow ")
    assert place == "side.py:build"
    assert end == "ValueError: no batch is that small (workflow.py:20) before it came to workflow:fit."


def test_a_workflow_that_never_trains() -> None:
    with pytest.raises(HarnessError, match="the workflow ended and never called json:dumps; name what it calls"):
        stopped_at("json:dumps", dict)


def test_a_name_that_is_not_there_and_an_array_that_no_check_knows() -> None:
    with pytest.raises(HarnessError, match="json:nothing: is not there"):
        stopped_at("json:nothing", dict)
    with pytest.raises(HarnessError, match="found labels, allowed: groups"):
        Seen(arrays={"labels": []})  # type: ignore[dict-item]


def test_a_method_that_is_inherited_is_put_back() -> None:
    given = collections.UserDict(a=1)
    call = stopped_at("collections:UserDict.setdefault", lambda: given.setdefault("b", 2))
    assert (call["key"], call["default"]) == ("b", 2)
    assert "setdefault" not in vars(collections.UserDict)
    assert given.setdefault("b", 3) == 3
