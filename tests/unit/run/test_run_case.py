"""From a case to its files, with workers that do what they should."""

import json
import shutil
import subprocess
import sys
import sysconfig
import time
import venv
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.dataset.locate import DataNotFound
from harness.errors import HarnessError
from harness.files import read_json, sha256
from harness.run import interpreters
from harness.run.checksums import recorded_files
from harness.run.plan import LEGS
from harness.run.run_case import run_case


def ignore(_: Mapping[str, Any]) -> None:
    """Who does not watch the progress."""


def test_every_job_is_recorded_as_done_here(finished: Path, jobs_of) -> None:
    jobs = jobs_of(finished / "hub" / "small")
    everything = {(backend, leg) for backend in ("toy", "other") for leg in LEGS}
    assert set(jobs) == everything - {("toy", "graft")}  # the candidate alone is grafted on the reference
    for job in jobs.values():
        assert set(job) == {"backend", "leg", "status", "cached", "seconds", "key", "error"}
        assert (job["status"], job["cached"], job["error"]) == ("done", False, None)
        assert job["seconds"] > 0


def test_the_case_folder_holds_all_outputs_and_no_path_of_this_machine(finished: Path) -> None:
    folder = finished / "hub" / "small"
    for backend in ("toy", "other"):
        for name in (
            "lockstep/stages_float32.npz", "lockstep/losses_float64.json", "lockstep/batch.npz", "lockstep/facts.json",
            "train_outputs/history.json", "train_outputs/timing.json", "bundle/weights.safetensors",
            "bundle/params.json", "inference_outputs/patches.npz", "inference_outputs/canvas.json",
            "exchange/patches.npz", "cli/worker.log",
        ):  # fmt: skip
            assert (folder / backend / name).is_file(), name
    for path in [*folder.rglob("*.json"), *folder.rglob("*.md")]:
        assert str(finished) not in path.read_text(), path
    assert not (folder / "red").exists()
    assert not list(folder.rglob("done.json"))


def test_metadata_say_what_was_run_and_with_what(finished: Path) -> None:
    metadata = read_json(finished / "hub" / "small" / "run_metadata.json")
    assert metadata["counts"] == {"patterns": 24, "train_patterns": 12, "test_patterns": 12}
    assert metadata["from_profile"] == ["training.epochs"]
    assert metadata["dataset"]["cached"] is False
    assert metadata["jobs"]["count"] == 21
    assert metadata["jobs"]["cache_hits"] == []
    assert metadata["backends"]["toy"]["distributions"]["toy-backend"] == "1.5"
    assert metadata["backends"]["toy"]["variables"]["OMP_NUM_THREADS"] == "1"


def test_nothing_is_run_twice(finished: Path, again, tmp_path: Path, jobs_of) -> None:
    started = time.monotonic()
    again(tmp_path)
    jobs = jobs_of(tmp_path / "small")
    assert time.monotonic() - started < 1.5
    assert all(job["cached"] for job in jobs.values())
    for path in (finished / "hub" / "small").rglob("*"):
        twin = tmp_path / "small" / path.relative_to(finished / "hub" / "small")
        if path.is_file() and path.name not in ("jobs.json", "run_metadata.json", "worker.log"):
            assert sha256(path) == sha256(twin)
    log = (tmp_path / "small" / "toy" / "cli" / "worker.log").read_text()
    assert log.count("# from the store") == 10  # each leg keeps its own lines
    assert log.count("toy train: done") == 1
    metadata = read_json(tmp_path / "small" / "run_metadata.json")
    assert metadata["dataset"]["cached"] is True
    assert len(metadata["jobs"]["cache_hits"]) == 21


def test_other_inference_settings_infer_again_from_the_same_weights(
    finished: Path, again, tmp_path: Path, jobs_of
) -> None:
    shutil.copytree(finished / "store", tmp_path / "store")
    again(tmp_path / "hub", tmp_path / "store", inference={"group_limit": 6, "reassemble_m": 12})
    jobs = jobs_of(tmp_path / "hub" / "small")
    assert {leg: jobs["other", leg]["cached"] for leg in LEGS} == {
        "contract": True, "lockstep": True, "oracle": True, "trajectory": True, "replay": True,
        "train": True, "infer": False, "graft": True, "exchange": False, "repeat": True, "resume": True,
    }  # fmt: skip
    assert read_json(tmp_path / "hub" / "small" / "toy" / "inference_outputs" / "canvas.json")["reassemble_m"] == 12


def test_a_damaged_result_is_made_again_and_said(finished: Path, again, tmp_path: Path, jobs_of) -> None:
    shutil.copytree(finished / "store", tmp_path / "store")
    [bundle] = [path for path in tmp_path.glob("store/train/*/*/bundle/weights.safetensors") if _is_of(path, "toy")]
    bundle.write_bytes(bundle.read_bytes()[:-1] + b"x")
    again(tmp_path / "hub", tmp_path / "store")
    jobs = jobs_of(tmp_path / "hub" / "small")
    assert [name for name, job in jobs.items() if not job["cached"]] == [("toy", "train")]
    [sentence] = read_json(tmp_path / "hub" / "small" / "run_metadata.json")["damaged_store_entries"]
    assert "bundle/weights.safetensors is not what was written" in sentence


def _is_of(bundle: Path, backend: str) -> bool:
    return read_json(bundle.with_name("params.json"))["backend"] == backend


def test_what_is_settled_in_a_hub_is_not_touched_again(again, tmp_path: Path, jobs_of) -> None:
    again(tmp_path)
    first = jobs_of(tmp_path / "small")
    history = tmp_path / "small" / "toy" / "train_outputs" / "history.json"
    changed = history.stat().st_mtime_ns
    again(tmp_path)
    assert jobs_of(tmp_path / "small") == first
    assert history.stat().st_mtime_ns == changed


def test_the_store_says_what_an_entry_was_made_from(finished: Path) -> None:
    done = next((finished / "store").glob("train/*/*/done.json"))
    made_from = read_json(done)["made_from"]
    assert made_from["leg"] == "train"
    assert made_from["scenario"]["training"]["epochs"] == 2
    assert made_from["python"].startswith("CPython 3.")
    assert "worker.log" in recorded_files(done.parent)


def test_only_what_is_needed_is_run(case, options, tmp_path: Path, jobs_of) -> None:
    run_case(case, {"lockstep"}, options(), tmp_path / "hub", ignore)
    assert set(jobs_of(tmp_path / "hub")) == {("toy", "lockstep"), ("other", "lockstep")}
    run_case(case, {"dataset"}, options(), tmp_path / "data only", ignore)
    assert (tmp_path / "data only" / "dataset" / "train.npz").is_file()
    assert not (tmp_path / "data only" / "jobs.json").exists()


def test_the_number_of_threads_is_part_of_what_a_result_depends_on(case, options, tmp_path: Path, jobs_of) -> None:
    keys = {}
    for threads in (None, 1, 2):
        asked = options() if threads is None else options(threads=threads)
        run_case(case, {"lockstep"}, asked, tmp_path / str(threads), ignore)
        keys[threads] = jobs_of(tmp_path / str(threads))["toy", "lockstep"]["key"]
        side = read_json(tmp_path / str(threads) / "run_metadata.json")["backends"]["toy"]
        facts = read_json(tmp_path / str(threads) / "toy" / "lockstep" / "facts.json")
        assert (side["threads"], facts["threads"]) == (threads or 1, threads or 1)
    assert keys[None] == keys[1] != keys[2]


def test_progress_is_told_line_by_line(case, options, tmp_path: Path) -> None:
    lines: list[dict[str, Any]] = []
    run_case(case, {"train"}, options(), tmp_path / "hub", lines.append)  # type: ignore[arg-type]
    training = [line for line in lines if line["backend"] == "toy" and line.get("epochs")]
    assert [line["epoch"] for line in training] == [0, 1, 2]
    assert [line["loss"] for line in training] == [None, 10.0, 5.0]
    assert training[-1] | {"elapsed": 0, "left": 0} == {
        "case": "small", "backend": "toy", "leg": "train", "epoch": 2, "epochs": 2, "unit": "epoch", "step": 4,
        "loss": 5.0, "elapsed": 0, "left": 0,
    }  # fmt: skip
    assert training[-1]["left"] == 0
    assert {"case": "small", "backend": "other", "leg": "train", "state": "done"} in lines


@pytest.mark.slow
def test_two_processes_that_want_one_case_train_it_once(toys: Path, tmp_path: Path, session) -> None:
    command = [sys.executable, session, tmp_path]
    hubs = [tmp_path / "one hub", tmp_path / "one hub", tmp_path / "another"]
    processes = [subprocess.Popen([*command, hub, "slow", "toy", "train"]) for hub in hubs]
    assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert (toys / "marks").read_text() == "trained\n"
    for hub in hubs:
        assert (hub / "slow" / "bundle" / "weights.safetensors").is_file()


def test_measured_data_that_is_nowhere_is_said(options, tmp_path: Path, small) -> None:
    case = small(dataset={"source": "file", "file": "unheard-of.npz"})
    with pytest.raises(DataNotFound, match=r"unheard-of.npz.*--parity-data"):
        run_case(case, LEGS, options(), tmp_path / "hub", ignore)


def test_a_scenario_that_the_data_cannot_serve_is_said(options, tmp_path: Path, small) -> None:
    case = small(
        dataset={"object": {"shape": (160, 160)}, "scan": {"images": 4}}, grouping={"groups": 4, "gridsize": 2}
    )
    with pytest.raises(HarnessError, match="4"):
        run_case(case, LEGS, options(), tmp_path / "hub", ignore)
    assert not (tmp_path / "hub" / "jobs.json").exists()


@pytest.mark.usefixtures("toys")
def test_a_backend_runs_in_the_interpreter_that_was_chosen_for_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jobs_of, small, install, options
) -> None:
    """The other environment holds version 2.0 of the backend; ours holds 1.5."""
    monkeypatch.delenv("PYTHONPATH")
    venv.create(tmp_path / "theirs", with_pip=False, symlinks=True)
    [site] = (tmp_path / "theirs").glob("lib/python*/site-packages")
    install(tmp_path / "new")
    (tmp_path / "new" / "toy_backend-1.5.dist-info" / "METADATA").write_text("Name: toy-backend\nVersion: 2.0\n")
    (site / "more.pth").write_text(f"{tmp_path / 'new'}\n{sysconfig.get_path('purelib')}\n")
    python = tmp_path / "theirs" / "bin" / "python"
    chosen = options(interpreters=dict.fromkeys(("toy", "other"), python))
    run_case(small(), {"lockstep"}, chosen, tmp_path / "hub", ignore)
    assert {job["status"] for job in jobs_of(tmp_path / "hub").values()} == {"done"}
    described = read_json(tmp_path / "hub" / "run_metadata.json")["backends"]["toy"]
    assert described["distributions"]["toy-backend"] == "2.0"
    assert described["own_interpreter"] is False
    assert f"command: {python} -m" in (tmp_path / "hub" / "toy" / "cli" / "worker.log").read_text()


def test_json_is_strict(finished: Path) -> None:
    def refuse(constant: str) -> None:
        pytest.fail(f"{constant} is not JSON")

    for path in (finished / "hub").rglob("*.json"):
        json.loads(path.read_text(), parse_constant=refuse)


@pytest.mark.parametrize(("build", "kind"), [("2.13.0", "gpu"), ("2.13.0+cpu", "cpu")])
def test_auto_takes_a_gpu_unless_a_framework_cannot_use_it(
    options, small, toys: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, build: str, kind: str
) -> None:
    """A machine that lists one GPU; the toys require a torch that is built for it, or for the CPU alone."""
    (tmp_path / "nvidia-smi").write_text("#!/bin/sh\necho 'GPU 0: NVIDIA H100 (UUID: GPU-1)'\n")
    (tmp_path / "nvidia-smi").chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with (toys / "toy_backend-1.5.dist-info" / "METADATA").open("a") as stream:
        stream.write("Requires-Dist: torch\n")
    (toys / "torch-2.dist-info").mkdir()
    (toys / "torch-2.dist-info" / "METADATA").write_text(f"Metadata-Version: 2.1\nName: torch\nVersion: {build}\n")
    interpreters.inspect.cache_clear()
    run_case(small(), {"lockstep"}, options(device="auto"), tmp_path / "hub", ignore)
    interpreters.inspect.cache_clear()
    described = read_json(tmp_path / "hub" / "run_metadata.json")["backends"]["toy"]
    assert described["device"]["kind"] == kind
    assert described["variables"]["CUDA_VISIBLE_DEVICES"] == ("0" if kind == "gpu" else "-1")
