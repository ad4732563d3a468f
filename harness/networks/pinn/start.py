"""Initial weights of the physics-informed network, the same for both ports."""

import math

import numpy as np

from harness.arrays import Array, Weights, nudged
from harness.networks.pinn.contract import LOG_SCALE, weight_shapes
from harness.networks.pinn.sections import of
from harness.scenario.schema import Scenario

HEAD_GAIN = {"amplitude": 1.0, "phase": 0.1}
"""Standard deviation of the initial kernel of each head, times sqrt(fan_in).

The amplitude head learns faster from larger weights; the phase starts almost flat, far from wrapping around.
"""
START_AMPLITUDE = 1.0
"""Initial amplitude of the head in units of `object_amplitude`, but at most half of `amplitude_limit`."""


def initial_weights(scenario: Scenario, intensity_scale: float) -> Weights:
    """Initial weights, float64, by canonical name, from the scenario's training seed.

    Hidden kernels after He et al. (2015), normal with variance 2/fan_in; heads with HEAD_GAIN / sqrt(fan_in);
    biases 0, but that of the amplitude head so that the amplitude starts at START_AMPLITUDE;
    log_scale = log(intensity_scale). Every value can be represented in float32, so that both precisions
    start from the same numbers. A `training.nudge` other than 0 moves each of them up or down by one unit
    in the last place of float32 (zeros stay), to measure how far rounding alone moves a port's results.
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
