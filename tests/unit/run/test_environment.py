"""Environment variables: what is recorded, what changes a result, what a worker gets."""

import pytest

from harness.run import cores, devices, environment

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
}


def test_names_on_the_list_are_recorded_and_no_others() -> None:
    assert list(environment.recorded_variables(VARIABLES)) == [
        "CUDA_VISIBLE_DEVICES",
        "OMP_NUM_THREADS",
        "PARITY_DATA",
        "TF_CPP_MIN_LOG_LEVEL",
        "TF_ENABLE_ONEDNN_OPTS",
        "XLA_FLAGS",
    ]


def test_only_some_of_it_changes_a_result() -> None:
    assert list(environment.changing_results(VARIABLES)) == ["OMP_NUM_THREADS", "TF_ENABLE_ONEDNN_OPTS", "XLA_FLAGS"]


@pytest.mark.parametrize("kept", ["HOME", "TF_VAR_password", "TF_ACCESS_KEY", "OMP_SOMETHING_NEW"])
def test_a_worker_gets_exactly_what_its_job_says(kept: str) -> None:
    worker = dict(VARIABLES)
    environment.apply({"OMP_NUM_THREADS": "1"}, worker)
    assert environment.recorded_variables(worker) == {"OMP_NUM_THREADS": "1"}
    assert worker[kept] == VARIABLES[kept]


def test_all_that_the_harness_sets_itself_is_on_the_list() -> None:
    own = {*environment.QUIET, *cores.THREAD_VARIABLES, *devices.GPU_ENVIRONMENT, *devices.CPU.environment()}
    assert own <= environment.NAMES
