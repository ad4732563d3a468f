"""The network `stated`: initial weights and learning rate of a network that is known from its contract alone."""

import math
from typing import cast

import numpy as np

from harness.arrays import Array, Weights, nudged
from harness.networks.network import Network, Oracle
from harness.networks.stated.sections import StatedScenario
from harness.ports.contract import Contract, Weight
from harness.ports.protocol import Setup
from harness.scenario.schema import Scenario


class Stated:
    """A network that is known by the contracts of its two ports: it has no oracle, and draws each weight by its name.

    The methods are those of `harness.networks.network.Network`.
    """

    oracle: Oracle | None = None

    def initial_weights(self, setup: Setup, contract: Contract) -> Weights:
        """Kernels after Glorot and Bengio (2010), normal with variance 2/(fan_in + fan_out); others at `start`.

        That is as large as Keras starts, and larger than PyTorch does. He et al. (2015), twice as large, is more than
        either: deep networks without normalisation diverge from it that train well from their own start.

        Each kernel is drawn from the training's seed and its own name, so that two ports that differ in some weights
        get the same values for all others. Every value can be represented in float32.
        """
        training = setup.scenario.training
        single = {weight.name: _initial_weight(weight, training.seed).astype(np.float32) for weight in contract.weights}
        found = {name: value.astype(np.float64) for name, value in single.items()}
        return nudged(found, training.nudge, "float32") if training.nudge else found

    def with_learning_rate(self, scenario: Scenario, rate: float) -> Scenario:
        """Copy of the scenario with another learning rate."""
        optimiser = cast("StatedScenario", scenario).optimiser.model_copy(update={"learning_rate": rate})
        return scenario.model_copy(update={"optimiser": optimiser})


def _initial_weight(weight: Weight, seed: int) -> Array:
    if weight.kind != "kernel":
        return np.full(weight.shape, weight.start)
    generator = np.random.default_rng([seed, *weight.name.encode()])
    field = math.prod(weight.shape[:-2])
    return generator.normal(size=weight.shape) * math.sqrt(2 / (field * sum(weight.shape[-2:])))


NETWORK: Network = Stated()
