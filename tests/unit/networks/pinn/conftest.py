"""Samples that every backend's tests share: NumPy only, so that no framework is imported here."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from harness.arrays import Precision, Weights
from harness.networks.pinn.sections import PinnScenario
from harness.networks.pinn.start import initial_weights
from harness.physics import probe
from harness.physics.canvas import required_size
from harness.ports.protocol import Batch, Setup

LARGEST_OFFSET = 5.3
"""Pixels; offsets below are neither whole, nor symmetric, nor zero."""


def scenario(gridsize: int = 1, N: int = 64, masked: bool = False, **sections: dict[str, Any]) -> PinnScenario:
    model = {"encoder_filters": (4, 6), "decoder_filters": (5,), **sections.pop("model", {})}
    if model.get("probe_big"):
        model["decoder_filters"] = (5, 3)
    return PinnScenario.model_validate(
        {
            "dataset": {"N": N, "nphotons": 1e6, "probe": {"mask": masked}},
            "grouping": {"gridsize": gridsize},
            "model": model,
            **sections,
        }
    )


def curved_probe(N: int) -> np.ndarray:
    """Complex, off centre, without any symmetry."""
    y, x = np.mgrid[:N, :N] - N / 2
    envelope = np.exp(-((x - 1.3) ** 2 + (y + 0.7) ** 2) / (N / 4) ** 2)
    return probe.normalise(envelope * np.exp(1j * (0.02 * (x**2 + y**2) + 0.1 * x - 0.3 * y)), 4.0)


def setup_of(scenario: PinnScenario, precision: Precision = "float64") -> Setup:
    N, nphotons = scenario.dataset.N, scenario.dataset.nphotons
    illumination = curved_probe(N)
    return Setup(
        scenario=scenario,
        probe=illumination,
        padded_size=required_size(N, np.array([LARGEST_OFFSET])),
        nphotons=nphotons,
        intensity_scale=float(np.sqrt(nphotons) / (N / 2)),
        object_amplitude=probe.object_amplitude(probe.model_probe(illumination, scenario.dataset.probe.mask)),
        precision=precision,
    )


def batch_of(scenario: PinnScenario, groups: int = 3, seed: int = 0) -> Batch:
    N, C = scenario.dataset.N, scenario.grouping.gridsize**2
    generator = np.random.default_rng(seed)
    y, x = np.mgrid[:N, :N] - N / 2
    beam = np.exp(-np.hypot(x - 1, y + 2) / 6)[..., None] * generator.uniform(0.2, 1.8, size=(groups, N, N, C))
    counts = generator.poisson(scenario.dataset.nphotons * beam / beam.sum(axis=(1, 2), keepdims=True))
    relative = generator.uniform(-LARGEST_OFFSET, LARGEST_OFFSET, size=(groups, 1, 2, C))
    return Batch(np.sqrt(counts), relative)


def lively_weights(setup: Setup) -> Weights:
    """Initial weights whose heads and biases are far from the flat start, so that every stage has structure."""
    weights = initial_weights(setup.scenario, setup.intensity_scale)
    generator = np.random.default_rng(7)
    for name in weights:
        weights[name] = weights[name] * (60 if name.endswith("head.kernel") else 1)
        weights[name] = weights[name] + (generator.normal(0, 0.1, weights[name].shape) if "bias" in name else 0)
    weights["log_scale"] = weights["log_scale"] + 0.1
    return {name: value.astype(np.float32).astype(np.float64) for name, value in weights.items()}


class Samples:
    """The builders above, as one fixture."""

    scenario: Callable[..., PinnScenario] = staticmethod(scenario)
    setup: Callable[..., Setup] = staticmethod(setup_of)
    batch: Callable[..., Batch] = staticmethod(batch_of)
    lively_weights: Callable[..., Weights] = staticmethod(lively_weights)


@pytest.fixture
def samples() -> Samples:
    return Samples()
