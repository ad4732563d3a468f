"""Devices, with a program in place of nvidia-smi."""

from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.run import devices

TWO = "GPU 0: NVIDIA A100-SXM4-40GB (UUID: GPU-1)\\nGPU 1: NVIDIA H100 PCIe (UUID: GPU-2)"


@pytest.fixture
def machine(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Make a machine whose nvidia-smi prints a listing and ends with a status."""

    def make(listing: str | None, status: int = 0) -> None:
        monkeypatch.setenv("PATH", str(tmp_path))
        if listing is not None:
            script = tmp_path / "nvidia-smi"
            script.write_text(f'#!/bin/sh\n[ "$1" = -L ] || exit 9\nprintf "{listing}\\n"\nexit {status}\n')
            script.chmod(0o755)

    return make


@pytest.mark.parametrize("option", ["auto", "cpu"])
@pytest.mark.parametrize(("listing", "status"), [(None, 0), ("No devices found.", 0), ("driver mismatch", 9)])
def test_without_a_gpu_it_is_the_cpu(machine, option: str, listing: str | None, status: int) -> None:
    machine(listing, status)
    assert devices.choose(option) == devices.CPU


@pytest.mark.parametrize(("option", "index"), [("auto", 0), ("gpu", 0), ("gpu:1", 1)])
def test_a_gpu_that_is_listed_is_taken(machine, option: str, index: int) -> None:
    machine(TWO)
    device = devices.choose(option)
    assert (device.kind, device.index) == ("gpu", index)
    assert device.name == ("NVIDIA A100-SXM4-40GB", "NVIDIA H100 PCIe")[index]
    assert device.environment()["CUDA_VISIBLE_DEVICES"] == str(index)


def test_the_cpu_can_be_asked_for_beside_gpus(machine) -> None:
    machine(TWO)
    assert devices.choose("cpu") == devices.CPU
    assert devices.CPU.environment() == {"CUDA_VISIBLE_DEVICES": "-1"}


@pytest.mark.parametrize(
    ("listing", "option", "found"), [(None, "gpu", "none"), (TWO, "gpu:2", "gpu:1 \\(NVIDIA H100")]
)
def test_a_gpu_that_is_not_there_is_an_error(machine, listing: str | None, option: str, found: str) -> None:
    machine(listing)
    with pytest.raises(HarnessError, match=f"{option}: there is no such GPU .*{found}"):
        devices.choose(option)


@pytest.mark.parametrize("option", ["tpu", "gpu:", "gpu:x", "GPU", ""])
def test_another_word_is_an_error(option: str) -> None:
    with pytest.raises(HarnessError, match="allowed are auto, cpu, gpu and gpu:K"):
        devices.choose(option)


def test_a_gpu_computes_deterministically_and_without_tf32(machine) -> None:
    machine(TWO)
    environment = devices.choose("gpu").environment()
    assert environment["NVIDIA_TF32_OVERRIDE"] == "0"
    assert environment["TF_DETERMINISTIC_OPS"] == "1"
    assert environment["CUBLAS_WORKSPACE_CONFIG"] == ":4096:8"
    assert environment["TF_FORCE_GPU_ALLOW_GROWTH"] == "true"
