"""Environment variables: what is recorded, what changes a result, what a worker gets."""

import pytest

from harness.run import environment

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
    "HOME": "/home/me",
}


def test_what_matters_is_recorded_and_secrets_are_not() -> None:
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


@pytest.mark.parametrize("kept", ["HOME", "TF_VAR_password"])
def test_a_worker_gets_exactly_what_its_job_says(kept: str) -> None:
    worker = dict(VARIABLES)
    environment.apply({"OMP_NUM_THREADS": "1"}, worker)
    assert environment.recorded_variables(worker) == {"OMP_NUM_THREADS": "1"}
    assert worker[kept] == VARIABLES[kept]
