"""The first weights of the physics-informed network: the same for both ports."""

import math

import numpy as np

from harness.arrays import Array, Weights, nudged
from harness.networks.pinn.contract import LOG_SCALE, weight_shapes
from harness.networks.pinn.sections import of
from harness.scenario.schema import Scenario

HEAD_GAIN = {"amplitude": 1.0, "phase": 0.1}
"""Standard deviation of a head's first kernel, times sqrt(fan_in).

The amplitude head learns sooner from a lively start; the phase starts almost flat, far from its wrap.
"""
START_AMPLITUDE = 1.0
"""Amplitude that the head starts from, in units of `object_amplitude`, unless that is above half its limit."""


def initial_weights(scenario: Scenario, intensity_scale: float) -> Weights:
    """First weights, float64, from the scenario's training seed: the same for both ports.

    Hidden kernels after He et al. (2015), normal with variance 2/fan_in; heads with HEAD_GAIN / sqrt(fan_in);
    biases 0 but the amplitude head's, which starts the amplitude at START_AMPLITUDE;
    log_scale = log(intensity_scale). Every value is one that float32 can hold, so that both precisions
    start from the same numbers. A `training.nudge` other than 0 moves each of them up or down by one unit
    in the last place of float32 (a zero stays): what a port differs from itself by rounding alone.
    """
    generator = np.random.default_rng(scenario.training.seed)
    weights = {name: _initial_weight(name, shape, generator) for name, shape in weight_shapes(scenario).items()}
    limit = of(scenario).model.amplitude_limit
    start = min(START_AMPLITUDE, limit / 2)
    weights["amplitude.head.bias"] += math.log(start / (limit - start))  # the sigmoid's inverse at start/limit
    weights[LOG_SCALE] = np.array(math.log(intensity_scale))
    single = {name: value.astype(np.float32) for name, value in weights.items()}
    found = {name: value.astype(np.float64) for name, value in single.items()}
    return nudged(found, scenario.training.nudge, "float32") if scenario.training.nudge else found


def _initial_weight(name: str, shape: tuple[int, ...], generator: np.random.Generator) -> Array:
    if not name.endswith(".kernel"):
        return np.zeros(shape)
    part, level, _ = name.split(".", 2)
    gain = HEAD_GAIN[part] if level == "head" else math.sqrt(2)
    return generator.normal(size=shape) * (gain / math.sqrt(math.prod(shape[:-1])))
