"""Set-ups and batches small enough for a test of one layer.

What imports a framework is collected only in a process of its own (see test_with_frameworks.py).
"""

import os
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from harness.ports.protocol import Batch, Setup

SIZE = 16
collect_ignore = [] if os.environ.get("PARITY_FRAMEWORK") == "both" else ["both"]


def setup(precision: str = "float64", **more: Any) -> Setup:
    """A set-up with patterns of 16 x 16 pixels; only what a toolkit looks at is real."""
    scenario = SimpleNamespace(
        dataset=SimpleNamespace(N=SIZE), grouping=SimpleNamespace(gridsize=1), training=SimpleNamespace(seed=3, nudge=0)
    )
    given: dict[str, Any] = {
        "scenario": scenario,
        "probe": np.ones((SIZE, SIZE), complex),
        "padded_size": SIZE,
        "nphotons": 1.0,
        "intensity_scale": 2.0,
        "object_amplitude": 1.0,
        "precision": precision,
        "random_layers": False,
    }
    return Setup(**given | more)


@pytest.fixture
def batch() -> Batch:
    """Three groups of one pattern, with true patches."""
    generator = np.random.default_rng(5)
    amplitude = generator.random((3, SIZE, SIZE, 1)) * 2
    patches = generator.random((3, SIZE, SIZE, 1)) * np.exp(1j * generator.random((3, SIZE, SIZE, 1)))
    return Batch(amplitude, np.zeros((3, 1, 2, 1)), patches)
