"""Environment variables that can change a result: which they are, what they hold, how a worker gets them.

Imports the standard library alone: a worker calls `apply` before it imports anything numerical.
"""

import os
from collections.abc import Mapping, MutableMapping

PREFIXES = (
    "TF_", "XLA_", "KERAS_", "TORCH_", "PYTORCH_", "CUDA_", "CUDNN_", "CUBLAS_", "NVIDIA_",
    "OMP_", "KMP_", "GOMP_", "MKL_", "DNNL_", "ONEDNN_", "OPENBLAS_", "NUMEXPR_", "VECLIB_", "NPY_", "PARITY_",
)  # fmt: skip
_NO_EFFECT = ("TF_CPP_MIN_LOG_LEVEL", "TF_CPP_MAX_VLOG_LEVEL", "TORCH_LOGS", "TORCH_HOME", "CUDA_VISIBLE_DEVICES")
"""No result depends on these: log levels, a download folder, and which of several devices is used.

The model of the device is part of a job's key by itself.
"""
_TERRAFORM = ("TF_VAR_", "TF_CLI_", "TF_TOKEN_", "TF_LOG", "TF_DATA_DIR", "TF_WORKSPACE", "TF_PLUGIN_", "TF_INPUT")
"""Variables of Terraform, which share the prefix `TF_` with TensorFlow's and may hold secrets."""
_SECRET = ("TOKEN", "SECRET", "PASSWORD", "CREDENTIAL", "API_KEY")

QUIET = {"TF_CPP_MIN_LOG_LEVEL": "2"}
"""Keeps TensorFlow's start-up notes out of the logs; warnings and errors stay."""


def matters(name: str) -> bool:
    """Whether a variable belongs in the record of a run: it has one of the prefixes and is no secret."""
    wanted = name.startswith(PREFIXES) and not name.startswith(_TERRAFORM)
    return wanted and not any(word in name.upper() for word in _SECRET)


def recorded_variables(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the environment variables that belong in the record of a run, sorted by name."""
    return {name: variables[name] for name in sorted(variables) if matters(name)}


def changing_results(variables: Mapping[str, str]) -> dict[str, str]:
    """Those of the environment variables that may change what a worker computes, and so belong in a job's key."""
    return {
        name: value
        for name, value in recorded_variables(variables).items()
        if name not in _NO_EFFECT and not name.startswith("PARITY_")
    }


def apply(variables: Mapping[str, str], environment: MutableMapping[str, str] = os.environ) -> None:
    """Set the recorded variables of `environment` to exactly `variables`; any other recorded one is removed."""
    for name in [name for name in environment if matters(name) and name not in variables]:
        del environment[name]
    environment.update(variables)
