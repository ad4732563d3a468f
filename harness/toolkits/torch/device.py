"""Set-up of PyTorch's device and of its deterministic algorithms."""

import os
from typing import Literal

import numpy as np
import torch

from harness.arrays import Precision
from harness.errors import HarnessError
from harness.files import JsonObject
from harness.ports.protocol import Setup

DTYPES: dict[Precision, torch.dtype] = {"float32": torch.float32, "float64": torch.float64}


def prepare(device: Literal["cpu", "gpu"]) -> torch.device:
    """Choose the device and switch this process to deterministic algorithms of full precision.

    Threads are left as the environment set them before the import. Raises HarnessError when the
    device is `gpu` and PyTorch finds none.
    """
    if device == "gpu" and not torch.cuda.is_available():
        raise HarnessError(
            "device 'gpu' was asked for, but this PyTorch sees no GPU; choose 'cpu' or install a CUDA build."
        )
    os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # without it cuBLAS refuses to be deterministic
    torch.use_deterministic_algorithms(True)
    # Filling uninitialised memory costs a tenth of the time of a step, and no code here reads such memory.
    torch.utils.deterministic.fill_uninitialized_memory = False  # type: ignore[attr-defined]
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False
    torch.backends.cudnn.allow_tf32 = False
    torch.backends.cuda.matmul.allow_tf32 = False
    return torch.device("cuda" if device == "gpu" else "cpu")


def prepare_model(setup: Setup) -> None:
    """Bring PyTorch to the precision, the device and the seed of a set-up before the user's model is built."""
    prepare(setup.device)
    torch.manual_seed(setup.seed)
    torch.set_default_dtype(DTYPES[setup.precision])


def device_facts(device: torch.device) -> JsonObject:
    """Versions, device, threads and switches that can change a result, as they are now."""
    return {
        "framework": "torch",
        "versions": {"torch": torch.__version__, "numpy": np.__version__},
        "device": "gpu" if device.type == "cuda" else "cpu",
        "device_name": torch.cuda.get_device_name(device) if device.type == "cuda" else "cpu",
        "threads": torch.get_num_threads(),
        "interop_threads": torch.get_num_interop_threads(),
        "deterministic": torch.are_deterministic_algorithms_enabled() and torch.backends.cudnn.deterministic,
        "tf32": torch.backends.cuda.matmul.allow_tf32 or torch.backends.cudnn.allow_tf32,
    }
