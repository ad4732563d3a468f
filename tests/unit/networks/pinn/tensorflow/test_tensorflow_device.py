import os

import pytest
import tensorflow as tf

from harness.errors import HarnessError
from harness.toolkits.keras import tensorflow_device as device


def test_the_process_is_repeatable():
    device.configure("cpu", seed=3)
    facts = device.facts()
    assert facts["deterministic"]
    assert not facts["tf32"]
    assert facts["device"] == "cpu"


@pytest.mark.skipif(not os.environ.get("OMP_NUM_THREADS"), reason="OMP_NUM_THREADS is not set")
def test_threads_are_those_of_the_environment():
    device.configure("cpu", seed=3)
    facts = device.facts()
    assert facts["threads"] == int(os.environ["OMP_NUM_THREADS"])
    assert facts["interop_threads"] == 1


@pytest.mark.skipif(bool(tf.config.list_physical_devices("GPU")), reason="a GPU is here")
def test_a_gpu_that_is_not_there():
    with pytest.raises(HarnessError, match="device gpu"):
        device.configure("gpu", seed=3)
