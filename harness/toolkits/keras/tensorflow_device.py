"""Set-up of TensorFlow's device, threads and determinism, once, before its first operation."""

import os

import keras
import numpy as np
import tensorflow as tf
from tensorflow.python.framework.config import is_op_determinism_enabled  # the public module can only set it

from harness.errors import HarnessError
from harness.files import JsonObject


def configure(device: str, seed: int) -> None:
    """Make TensorFlow reproducible on the device `cpu` or `gpu`.

    Threads within an operation are those of OMP_NUM_THREADS (TensorFlow's own choice when it is not set),
    one operation runs at a time, kernels are deterministic, TF32 is off, GPU memory grows as needed.
    Raises HarnessError when the device is `gpu` and TensorFlow finds none.
    """
    if threads := os.environ.get("OMP_NUM_THREADS"):
        tf.config.threading.set_intra_op_parallelism_threads(int(threads))
        tf.config.threading.set_inter_op_parallelism_threads(1)
    _choose(device)
    tf.config.experimental.enable_tensor_float_32_execution(False)
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(seed)


def _choose(device: str) -> None:
    gpus = tf.config.list_physical_devices("GPU")
    if device == "cpu":
        tf.config.set_visible_devices([], "GPU")
        return
    if not gpus:
        raise HarnessError(
            "device gpu was asked for, but TensorFlow sees none; "
            'install "ptycho-parity[gpu]" with a driver that fits, or choose the device cpu.'
        )
    for gpu in gpus:
        tf.config.experimental.set_memory_growth(gpu, True)


def facts() -> JsonObject:
    """Versions, device, threads and switches that can change a result, as they are now."""
    gpus = tf.config.get_visible_devices("GPU")
    name = tf.config.experimental.get_device_details(gpus[0]).get("device_name", "gpu") if gpus else "cpu"
    return {
        "framework": "tensorflow",
        "versions": {"tensorflow": tf.__version__, "keras": keras.__version__, "numpy": np.__version__},
        "device": "gpu" if gpus else "cpu",
        "device_name": name,
        "threads": tf.config.threading.get_intra_op_parallelism_threads(),
        "interop_threads": tf.config.threading.get_inter_op_parallelism_threads(),
        "deterministic": is_op_determinism_enabled(),
        "tf32": tf.config.experimental.tensor_float_32_execution_enabled(),
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS", "default"),
    }
