"""Workers that do what they should not: each leaves its evidence, and the rest goes on."""

import os
import re
import signal
import subprocess
import sys
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.files import read_json, read_npz
from harness.run.keys import PACKAGE
from harness.run.plan import LEGS
from harness.run.run_case import run_case


def ignore(_: Mapping[str, Any]) -> None:
    """Who does not watch the progress."""


def test_a_worker_that_is_killed_is_an_error_of_its_job_alone(case, options, tmp_path: Path, jobs_of) -> None:
    run_case(case, LEGS, options("toy", "crashing"), tmp_path / "hub", ignore)
    jobs = jobs_of(tmp_path / "hub")
    assert {leg: jobs["crashing", leg]["status"] for leg in LEGS} == {
        "contract": "done", "lockstep": "done", "oracle": "done", "trajectory": "failed", "replay": "failed",
        "train": "failed", "infer": "failed",
        "graft": "done", "exchange": "done", "repeat": "failed", "resume": "done",
    }  # fmt: skip
    assert {leg: job["status"] for (backend, leg), job in jobs.items() if backend == "toy"} == {
        "contract": "done", "lockstep": "done", "oracle": "done", "trajectory": "done", "replay": "done",
        "train": "done", "infer": "done", "exchange": "failed", "repeat": "done", "resume": "failed",
    }  # fmt: skip
    killed = "the worker was killed by signal 9 (SIGKILL), as the kernel does when memory runs out"
    errors = {leg: jobs["crashing", leg]["error"] for leg in LEGS}
    assert [leg for leg in LEGS if errors[leg] == killed] == ["repeat", "trajectory", "replay", "train"]
    assert errors["infer"] == "was not run: the job that it starts from failed."
    assert jobs["toy", "exchange"]["error"] == "was not run: it starts from train of crashing, which failed"
    evidence = (tmp_path / "hub" / "red" / "crashing_trajectory.md").read_text()
    assert "about to crash" in evidence
    assert "OMP_NUM_THREADS=1" in evidence
    assert str(tmp_path) not in evidence


def test_a_failed_job_is_repeated_from_the_hub_alone(case, options, tmp_path: Path, jobs_of) -> None:
    run_case(case, {"train"}, options("toy", "raising"), tmp_path / "hub", ignore)
    error = jobs_of(tmp_path / "hub")["raising", "train"]["error"]
    assert re.fullmatch(r"ValueError: shapes \(3,\) and \(4,\) do not fit \(toy_backend.py:\d+\)", error)
    evidence = (tmp_path / "hub" / "red" / "raising_train.md").read_text()
    assert "Traceback" in evidence
    assert "\npython -m harness.run.worker red/raising_train.json\n" in evidence
    (tmp_path / "hub").rename(tmp_path / "mailed")
    command = [sys.executable, "-m", "harness.run.worker", "red/raising_train.json"]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([os.environ["PYTHONPATH"], str(PACKAGE.parent)])}
    done = subprocess.run(
        command, cwd=tmp_path / "mailed", env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    assert "shapes (3,) and (4,) do not fit" in done.stdout


def test_what_a_failure_left_to_other_jobs_is_not_remembered(
    case, options, toys: Path, tmp_path: Path, jobs_of
) -> None:
    """Every leg that starts from another's result: of the other side (graft, exchange) and of its own (infer)."""
    trouble = toys / "trouble"
    trouble.touch()
    run_case(case, LEGS, options("passing", "toy"), tmp_path / "one", ignore)
    jobs = jobs_of(tmp_path / "one")
    assert jobs["toy", "graft"]["error"] == "was not run: it starts from lockstep of passing, which failed"
    assert jobs["toy", "exchange"]["error"] == "was not run: it starts from train of passing, which failed"
    assert jobs["passing", "infer"]["error"] == "was not run: the job that it starts from failed."
    assert not list((tmp_path / "store").glob("graft/*/*"))
    assert not list((tmp_path / "store").glob("exchange/*/*/exchange"))
    trouble.unlink()
    run_case(case, LEGS, options("passing", "toy"), tmp_path / "two", ignore)
    assert {job["status"] for job in jobs_of(tmp_path / "two").values()} == {"done"}
    reasons = read_json(tmp_path / "two" / "toy" / "graft" / "missing.json")
    assert reasons == {"slope": "toy cannot do 'slope'", "stage": "toy cannot do 'stage'"}


def test_a_failure_is_not_tried_again_in_the_same_hub_but_in_the_next(case, options, tmp_path: Path) -> None:
    for hub, processes in (("one", 1), ("one", 1), ("two", 1)):
        run_case(case, {"train"}, options("toy", "raising"), tmp_path / hub, ignore)
        log = (tmp_path / hub / "raising" / "cli" / "worker.log").read_text()
        assert log.count("command:") == processes


@pytest.mark.slow
def test_a_hanging_worker_is_stopped_at_the_time_limit(case, options, tmp_path: Path, jobs_of, wait_until_gone) -> None:
    run_case(case, {"train"}, options("toy", "hanging", timeout=3.0), tmp_path / "hub", ignore)
    job = jobs_of(tmp_path / "hub")["hanging", "train"]
    assert job["error"] == "the worker took longer than the time limit of 3 s and was stopped"
    assert "in train" in (tmp_path / "hub" / "red" / "hanging_train.md").read_text()
    assert all(map(wait_until_gone, pids(tmp_path / "hub")))
    assert jobs_of(tmp_path / "hub")["toy", "train"]["status"] == "done"


def pids(hub: Path) -> list[int]:
    """Worker and its child, as the hanging backend tells them."""
    log = hub / "hanging" / "cli" / "worker.log"
    lines = log.read_text().splitlines() if log.exists() else []
    return [int(word) for line in lines if " pids " in line for word in line.split()[-2:]]


@pytest.mark.usefixtures("toys")
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL, signal.SIGINT])
def test_a_session_that_ends_leaves_no_worker_behind(tmp_path: Path, number: int, session, wait_until_gone) -> None:
    command = [sys.executable, session, tmp_path, tmp_path / "hub", "hanging", "toy", "train"]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 30
    while not (workers := pids(tmp_path / "hub")) and time.monotonic() < deadline:
        time.sleep(0.1)
    assert len(workers) == 2
    process.send_signal(number)
    assert process.wait(15) != 0
    assert all(map(wait_until_gone, workers))


def test_a_framework_that_is_missing_is_an_error_of_that_backend(case, options, tmp_path: Path, jobs_of) -> None:
    venv.create(tmp_path / "bare", with_pip=False, symlinks=True)
    python = tmp_path / "bare" / "bin" / "python"
    run_case(case, LEGS, options("toy", "torch", interpreters={"torch": python}), tmp_path / "hub", ignore)
    jobs = jobs_of(tmp_path / "hub")
    for leg in LEGS:
        assert jobs["torch", leg]["status"] == "failed"
        assert jobs["torch", leg]["error"].endswith(f"{python} -m pip install numpy pydantic safetensors torch")
    assert jobs["toy", "infer"]["status"] == "done"
    assert "torch cannot run" in jobs["toy", "exchange"]["error"]
    assert "pip install" in (tmp_path / "hub" / "red" / "torch.md").read_text()


def test_a_capability_that_is_missing_is_no_failure(case, options, tmp_path: Path, jobs_of) -> None:
    run_case(case, LEGS, options("half", "untrained"), tmp_path / "hub", ignore)
    jobs = jobs_of(tmp_path / "hub")
    assert {job["status"] for job in jobs.values()} == {"done"}
    assert read_json(tmp_path / "hub" / "half" / "lockstep" / "missing.json") == {
        "gradients": "half cannot do 'gradients'", "losses": "half cannot do 'losses'",
        "slope": "half cannot do 'slope'", "stages": "half cannot do 'stages'",
    }  # fmt: skip
    assert read_json(tmp_path / "hub" / "half" / "lockstep" / "facts.json")["capabilities"] == [
        "predict",
        "shared_weights",
        "stitch",
        "train",
    ]
    assert (tmp_path / "hub" / "half" / "inference_outputs" / "amplitude.npy").is_file()
    without_weights = {"train": "untrained cannot do 'train'"}
    for place in ("untrained/train_outputs", "untrained/inference_outputs", "half/exchange"):
        assert read_json(tmp_path / "hub" / place / "missing.json") == without_weights
    assert (tmp_path / "hub" / "untrained" / "exchange" / "amplitude.npy").is_file()


def test_a_loss_that_is_not_finite_stops_nothing(case, options, tmp_path: Path, jobs_of) -> None:
    run_case(case, LEGS, options("toy", "unfinite"), tmp_path / "hub", ignore)
    assert {job["status"] for job in jobs_of(tmp_path / "hub").values()} == {"done"}
    outputs = tmp_path / "hub" / "unfinite"
    assert read_json(outputs / "train_outputs" / "history.json")["epochs"][-1]["metrics"] == {"loss": None}
    assert np.isnan(read_npz(outputs / "inference_outputs" / "patches.npz")["patches"]).all()
    stats = read_json(outputs / "inference_outputs" / "patch_stats.json")
    assert stats["amplitude"]["mean"] is None
    assert stats["amplitude"]["nonfinite"] == 6 * 32 * 32


def test_no_gpu_where_one_is_asked_for(options, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, small) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(Exception, match="there is no such GPU"):
        run_case(small(), {"train"}, options(device="gpu"), tmp_path / "hub", ignore)


def test_a_backend_says_which_stages_it_exposes(case, options, tmp_path: Path) -> None:
    run_case(case, ("lockstep",), options("toy", "other"), tmp_path / "hub", ignore)
    stages = read_json(tmp_path / "hub" / "toy" / "lockstep" / "contract.json")["stages"]
    assert [stage["name"] for stage in stages if stage["exposed"]] == ["input", "object_patches"]
