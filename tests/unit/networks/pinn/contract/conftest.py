"""What every backend must pass; PARITY_FRAMEWORK says which one is tested (see test_frameworks.py)."""

import os
from collections.abc import Callable

import pytest

from harness.networks import registry
from harness.ports.protocol import Port, Setup

FRAMEWORK = os.environ.get("PARITY_FRAMEWORK")
collect_ignore_glob = [] if FRAMEWORK else ["test_*.py"]


@pytest.fixture
def create() -> Callable[[Setup], Port]:
    return lambda setup: registry.create(str(FRAMEWORK), setup)
