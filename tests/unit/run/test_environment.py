"""Environment variables: what is recorded, what changes a result, what a worker gets."""

import json
import os
import shutil
from pathlib import Path

import pytest

from harness.run import cores, devices, environment
from harness.run.results import recorded_jobs
from harness.run.run_case import run_case

VARIABLES = {
    "TF_ENABLE_ONEDNN_OPTS": "0",
    "XLA_FLAGS": "--x",
    "OMP_NUM_THREADS": "4",
    "TF_CPP_MIN_LOG_LEVEL": "0",
    "PARITY_DATA": "/data",
    "CUDA_VISIBLE_DEVICES": "1",
    "TF_VAR_password": "p",
    "TF_CLI_CONFIG_FILE": "f",
    "PARITY_TOKEN": "t",
    "TORCH_API_KEY": "k",
    "TF_ACCESS_KEY": "s",
    "NVIDIA_APIKEY": "s",
    "KERAS_PASSPHRASE": "s",
    "PARITY_PIN": "s",
    "OMP_SOMETHING_NEW": "s",
    "XLA_FLAGS_SECRET": "s",
    "HOME": "/home/me",
    "KERAS_BACKEND": "torch",
    "KERAS_HOME": "/home/me/keras",
    "LC_ALL": "de_DE",
    "PYTHONHASHSEED": "7",
    "LD_PRELOAD": "fast.so",
}


def test_names_on_the_list_are_recorded_and_no_others() -> None:
    assert list(environment.recorded_variables(VARIABLES)) == [
        "CUDA_VISIBLE_DEVICES",
        "KERAS_BACKEND",
        "KERAS_HOME",
        "LD_PRELOAD",
        "OMP_NUM_THREADS",
        "PARITY_DATA",
        "TF_CPP_MIN_LOG_LEVEL",
        "TF_ENABLE_ONEDNN_OPTS",
        "XLA_FLAGS",
    ]


def test_only_some_of_it_changes_a_result() -> None:
    changing = ["KERAS_BACKEND", "KERAS_HOME", "LD_PRELOAD", "OMP_NUM_THREADS", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS"]
    assert list(environment.changing_results(VARIABLES)) == changing
    assert list(environment.of_user(VARIABLES)) == changing[2:]  # what Keras is told stands in the scenario


def test_every_variable_that_reaches_a_worker_is_in_the_key_fixed_or_of_no_effect() -> None:
    reaching = {**environment.system(VARIABLES), **environment.of_user(VARIABLES)}
    assert {*reaching} - {*environment.of_user(VARIABLES)} == {"HOME", *environment.FIXED}
    assert reaching["LC_ALL"] == "C.UTF-8"
    assert reaching["PYTHONHASHSEED"] == "0"


@pytest.mark.parametrize("names", ["SYSTEM", "FIXED", "OF_SCENARIO"])
def test_no_name_is_on_two_lists(names: str) -> None:
    own = {*getattr(environment, names)}
    assert bool(own & environment.NAMES) == (names == "OF_SCENARIO")
    assert own == {*environment.OF_SCENARIO} or not own & {*environment.OF_SCENARIO}


@pytest.mark.parametrize("kept", ["HOME", "TF_VAR_password", "TF_ACCESS_KEY", "OMP_SOMETHING_NEW"])
def test_a_worker_gets_exactly_what_its_job_says(kept: str) -> None:
    worker = dict(VARIABLES)
    environment.apply({"OMP_NUM_THREADS": "1"}, worker)
    assert environment.recorded_variables(worker) == {"OMP_NUM_THREADS": "1"}
    assert worker[kept] == VARIABLES[kept]


def test_all_that_the_harness_sets_itself_is_on_the_list() -> None:
    own = {*environment.QUIET, *cores.THREAD_VARIABLES, *devices.GPU_ENVIRONMENT, *devices.CPU.environment()}
    assert own <= environment.NAMES


CONFIGURED = {
    "KERAS_BACKEND": "torch",
    "KERAS_HOME": "keras",
    "KERAS_MAX_EPOCHS": "1",
    "LC_ALL": "de_DE.UTF-8",
    "LANG": "C",
    "PYTHONHASHSEED": "12",
    "PYTHONOPTIMIZE": "2",
    "MY_SWITCH": "on",
    "SLURM_NTASKS": "4",
    "OMP_NUM_THREADS": "3",
}


def test_a_user_s_own_configuration_reaches_no_worker(
    case, options, tmp_path: Path, toys: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A backend that writes down what it sees gives the same bytes, under the same key, whatever is set."""
    run_case(case, {"train"}, options("seeing", "toy"), tmp_path / "one", lambda _: None)
    (tmp_path / "home" / ".keras").mkdir(parents=True)
    (tmp_path / "home" / ".keras" / "keras.json").write_text("{broken")
    for name, value in CONFIGURED.items():
        monkeypatch.setenv(name, value)
    shutil.rmtree(tmp_path / "store" / "train")
    run_case(case, {"train"}, options("seeing", "toy"), tmp_path / "two", lambda _: None)
    seen = [json.loads((toys / f"seen{number}").read_text()) for number in (1, 2)]
    of_each_worker = ("PARITY_WORKER", "TMPDIR", "KERAS_HOME", "PYTHONPATH")
    homes = [one.pop("KERAS_HOME") for one in seen]
    assert not any(home.startswith(str(tmp_path / "home")) or home == "keras" for home in homes)
    for one in seen:
        for name in of_each_worker:
            one.pop(name, None)
    assert seen[0] == seen[1]
    first, second = (
        {(job.backend, job.leg): job.key for job in recorded_jobs(tmp_path / hub)} for hub in ("one", "two")
    )
    assert first == second


@pytest.mark.parametrize("given", [None, "of/the/scenario"])
def test_keras_looks_into_an_empty_folder_unless_the_scenario_names_one(
    given: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("KERAS_HOME", raising=False)
    if given is not None:
        monkeypatch.setenv("KERAS_HOME", given)
    with environment.without_user_configuration():
        found = os.environ["KERAS_HOME"]
        assert found == given or list(Path(found).iterdir()) == []
    monkeypatch.delenv("KERAS_HOME", raising=False)
