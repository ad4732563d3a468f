"""These tests import tensorflow: they are collected only in a process that is theirs (see test_frameworks.py)."""

import os

import pytest

collect_ignore_glob = [] if os.environ.get("PARITY_FRAMEWORK") == "tensorflow" else ["test_*.py"]


@pytest.fixture(autouse=True)
def configured():
    """Threads are set before TensorFlow's first operation, or not at all: tests below a backend start with one."""
    from harness.toolkits.keras import tensorflow_device as device

    device.configure("cpu", seed=0)
