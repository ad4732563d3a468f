"""CPU or GPU: the device that `--parity-device` selects on this machine, and the environment variables it needs."""

import re
import shutil
import subprocess
from dataclasses import dataclass

from harness.errors import HarnessError

_LINE = re.compile(r"GPU (\d+): (.+?)(?: \(UUID: (\S+)\))?$")
_LISTING_SECONDS = 30

GPU_ENVIRONMENT = {
    "CUDA_DEVICE_ORDER": "PCI_BUS_ID",  # the numbering of nvidia-smi
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # cuBLAS repeats its sums in the same order
    "NVIDIA_TF32_OVERRIDE": "0",  # float32 products are float32
    "TF_DETERMINISTIC_OPS": "1",
    "TF_CUDNN_DETERMINISTIC": "1",
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # both backends share the card
}


@dataclass(frozen=True)
class Device:
    """The device that the workers compute on."""

    kind: str
    """`cpu` or `gpu`."""
    index: int | None = None
    """Number of the GPU as `nvidia-smi -L` counts; None for the CPU."""
    name: str = "cpu"
    """Model of the GPU, or `cpu`."""

    def environment(self) -> dict[str, str]:
        """Environment variables that show a worker this one GPU, with deterministic kernels and no TF32, or no GPU."""
        if self.kind == "cpu":
            return {"CUDA_VISIBLE_DEVICES": "-1"}
        return {**GPU_ENVIRONMENT, "CUDA_VISIBLE_DEVICES": str(self.index)}


CPU = Device("cpu")


def listed() -> list[Device]:
    """The GPUs that `nvidia-smi -L` lists; none when it is absent or fails."""
    command = shutil.which("nvidia-smi")
    if command is None:
        return []
    try:
        done = subprocess.run([command, "-L"], capture_output=True, text=True, timeout=_LISTING_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return []
    matches = (_LINE.match(line.strip()) for line in done.stdout.splitlines() if done.returncode == 0)
    return [Device("gpu", int(match[1]), match[2]) for match in matches if match]


def choose(option: str) -> Device:
    """The device that the option `auto`, `cpu`, `gpu` or `gpu:K` selects on this machine.

    Raises HarnessError for any other text, and for a GPU that this machine does not have.
    """
    match = re.fullmatch(r"auto|cpu|gpu(?::(\d+))?", option)
    if match is None:
        raise HarnessError(f"--parity-device {option}: is not a device; allowed are auto, cpu, gpu and gpu:K.")
    if option == "cpu":
        return CPU
    gpus = listed()
    wanted = [gpu for gpu in gpus if match[1] is None or gpu.index == int(match[1])]
    if wanted:
        return wanted[0]
    if option == "auto":
        return CPU
    found = ", ".join(f"gpu:{gpu.index} ({gpu.name})" for gpu in gpus) or "none"
    raise HarnessError(f"--parity-device {option}: there is no such GPU (nvidia-smi lists: {found}); use auto or cpu.")
