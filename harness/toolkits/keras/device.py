"""Where and how Keras computes, said before the user's model is built."""

import os

import keras

from harness.errors import HarnessError
from harness.files import JsonObject
from harness.ports.protocol import Setup

BACKENDS = ("tensorflow", "torch")
"""Keras' own backends that the toolkit can differentiate with."""


def prepare(setup: Setup) -> None:
    """Bring Keras to the precision and the device of a setup, repeatable; HarnessError for another backend of Keras."""
    backend = keras.config.backend()
    if backend not in BACKENDS:
        raise HarnessError(f"KERAS_BACKEND is {backend!r}; a KerasPort computes with {' or '.join(BACKENDS)}.")
    if backend == "tensorflow":
        from harness.toolkits.keras import tensorflow_device

        tensorflow_device.configure(setup.device, setup.seed)
    else:
        from harness.toolkits.torch import device

        device.prepare(setup.device)
        keras.utils.set_random_seed(setup.seed)
    keras.utils.clear_session()  # names of layers are counted over all models of a process
    keras.config.set_floatx(setup.precision)
    keras.config.set_dtype_policy(setup.precision)  # the policy of an earlier model stays otherwise


def facts(device: str) -> JsonObject:
    """Versions, device, threads and switches that can change a result, as they are now."""
    backend = keras.config.backend()
    if backend == "tensorflow":
        from harness.toolkits.keras import tensorflow_device

        return tensorflow_device.facts()
    import torch

    from harness.toolkits.torch.device import device_facts

    found = device_facts(torch.device("cuda" if device == "gpu" else "cpu"))
    versions = {**found["versions"], "keras": keras.__version__}
    return {
        **found,
        "framework": "keras on torch",
        "versions": versions,
        "onednn": os.environ.get("TF_ENABLE_ONEDNN_OPTS"),
    }
