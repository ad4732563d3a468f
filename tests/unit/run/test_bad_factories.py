"""Factories that do what they should not: one sentence each, and the jobs behind them go on in the same process."""

import json
import os
import sys
import threading
from pathlib import Path

import pytest

from harness.dataset import build, simulate
from harness.files import read_json
from harness.run import process
from harness.run.job import Job, write_job
from harness.run.keys import PACKAGE
from harness.scenario.pair import PairScenario

TOYS = Path(__file__).parent / "toys"
HERE = "pair.candidate.factory: factories.py:"
CHANGES = "the port keeps something between calls or draws random numbers"
CHECKED: dict[str, dict[str, str]] = {
    # factory to the steps that do not pass, and what each says
    "sound": {},
    "prints": {},
    "changes_its_tensors": {},
    "raises": {"builds": "raised ValueError: no such option: width (factories.py:"},
    "exits": {"builds": "raised SystemExit: 3 (factories.py:"},
    "draws_what_no_weight_holds": {"repeatable": "another when built a second time, with the same weights"},
    "draws_in_training": {"repeatable": "loss is another when called twice in training mode", "step": CHANGES},
    "counts_its_calls": {"repeatable": CHANGES, "step": CHANGES},
    "changes_its_input": {"builds": "pass of its model raised ValueError: output array is read-only (factories.py:"},
    "own_that_changes_its_batch": {
        "repeatable": "batch.amplitude was changed in place; work on a copy.",
        "loss": "batch.amplitude was changed in place; work on a copy.",
        "step": "the port does not announce train",
    },
    "loses_digits": {"precision": "no float64 in 0, output: rung stages is red there in float64"},
    "breaks_in_double": {"precision": "RuntimeError: "},
    "trains_half": {"step": "0.kernel has a gradient and did not move; give the optimiser every weight"},
    "has_no_gradient": {"gradients": "unused.bias has no gradient: the loss does not depend on it"},
    "exits_in_training": dict.fromkeys(("gradients", "step"), "raised SystemExit: enough (factories.py:"),
}
JOBS = {
    # leg and factory to what its error says, None where it is done
    "contract raises": f"{HERE}raises: raised ValueError: no such option: width (factories.py:",
    "contract exits": f"{HERE}exits: raised SystemExit: 3 (factories.py:",
    "contract forks": f"{HERE}forks: forked this process; start what you need beside it with `subprocess`.",
    "contract forks_and_waits": f"{HERE}forks_and_waits: forked this process",
    "contract returns_nothing": f"{HERE}returns_nothing: returned NoneType; `port: torch` needs a TorchPort.",
    "contract returns_the_model": f"{HERE}returns_the_model: returned Net; `port: torch` needs a TorchPort.",
    "contract needs_a_package": "raised ModuleNotFoundError: No module named 'a_package_that_nobody_has' (factories.py",
    "contract computes_nowhere": f"{HERE}computes_nowhere: the first pass of its model raised NotImplementedError",
    "contract absent": f"{HERE}absent: factories.py holds no function 'absent'; it holds ",
    "contract prints": None,
    "contract goes_elsewhere": None,
    "lockstep counts_its_calls": "0 is another in a second pass of the same batch",
    "lockstep changes_its_input": "ValueError: output array is read-only (factories.py:",
    "lockstep changes_its_tensors": None,
    "lockstep draws_in_training": None,  # what only training shows stands in the noise of the gradients
    "trajectory exits_in_training": "SystemExit: enough (factories.py:",
    **dict.fromkeys(map("check {}".format, CHECKED)),
}
STEPS = (
    "importable", "builds", "weights read back", "stages", "repeatable", "precision", "loss", "gradients", "step",
    "prediction",
)  # fmt: skip


def job_of(folder: Path, name: str) -> Job:
    leg, factory = name.split()
    side = {"port": "own" if factory.startswith("own") else "torch", "factory": f"factories.py:{factory}"}
    scenario = PairScenario.model_validate(
        {
            "dataset": {"object": {"shape": (160, 160)}, "scan": {"images": 24}},
            "grouping": {"groups": 4},
            "training": {"epochs": 1, "batch_size": 2},
            "lockstep": {"draws": 2, "steps": 2},
            "pair": {"reference": {**side, "name": "other"}, "candidate": {**side, "name": "mine"}},
        }
    )
    return Job(
        case="small", backend="mine", leg=leg, scenario=scenario, dataset=folder / "dataset", output=folder / name,
        device="cpu", environment={"OMP_NUM_THREADS": "1"}, progress=folder / f"{name}.jsonl", home=TOYS,
    )  # fmt: skip


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, process.Outcome]:
    """All jobs, run by one worker: their folder, and how the worker ended."""
    folder = tmp_path_factory.mktemp("bad")
    scenario = job_of(folder, "check sound").scenario
    build.build(scenario, simulate.simulate(scenario.dataset), folder / "dataset", None, None)
    for name in JOBS:
        write_job(folder / f"{name}.json", job_of(folder, name))
    command = [sys.executable, "-m", "harness.run.worker", *(f"{name}.json" for name in JOBS)]
    environment = {**os.environ, "PYTHONPATH": str(PACKAGE.parent), "PYTHONUNBUFFERED": "1"}
    call = process.Call(command, environment, folder, folder / "log", 120.0, folder / "none")
    return folder, process.run(call, threading.Event(), print)


@pytest.mark.parametrize("factory", CHECKED)
def test_the_check_names_the_step_and_what_to_mend(factory: str, worked) -> None:
    folder, _ = worked
    lines = [json.loads(line) for line in (folder / f"check {factory}.jsonl").read_text().splitlines()]
    told = {line["check"]: line for line in lines}
    bad = {name: line["message"] for name, line in told.items() if line["status"] != "pass"}
    assert {*CHECKED[factory]} == {*bad} - {"prediction"}, bad
    for name, expected in CHECKED[factory].items():
        assert expected in bad[name]
    reached = STEPS[:2] if "builds" in bad else STEPS
    assert tuple(told) == reached


def errors_of(folder: Path, name: str) -> str | None:
    path = folder / name / "error.json"
    return read_json(path)["error"] if path.is_file() else None


@pytest.mark.parametrize("name", JOBS)
def test_a_bad_factory_costs_its_own_job_and_one_sentence(name: str, worked) -> None:
    folder, outcome = worked
    error, expected = errors_of(folder, name), JOBS[name]
    assert (folder / name / "done.json").is_file() == (expected is None), outcome.log
    if expected is not None:
        assert expected in error
        assert "\n" not in error
    assert outcome.log.count(f"mine {name.split()[0]}: begins") == sum(
        other.split()[0] == name.split()[0] for other in JOBS
    )
