"""What a network is: what the run asks of it, whatever its ports are written in."""

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from harness.arrays import Array, Weights
from harness.ports.contract import Contract
from harness.ports.protocol import Batch, Setup
from harness.scenario.networks import PACKAGE
from harness.scenario.schema import Scenario


class Oracle(Protocol):
    """The network's formulas once more, in NumPy float64, in code that no port shares."""

    def stages(self, setup: Setup, known: Mapping[str, Array], batch: Batch, weights: Weights) -> dict[str, Array]:
        """Every stage that the contract says it answers for, from the stages of a port; float64 and complex128.

        Args:
            setup: what the port was built from.
            known: the stages that the port computed, of which those are used that the oracle starts from.
            batch: what the port was fed.
            weights: the weights that the port held.

        Raises:
            HarnessError: a stage that the oracle starts from is missing or does not fit the batch.
        """
        ...

    def losses(self, setup: Setup, answers: Mapping[str, Array], batch: Batch) -> dict[str, float]:
        """`loss` and its terms, from what `stages` answered for the batch."""
        ...

    def diffraction(self, setup: Setup, patches: Array, relative: Array) -> Array:
        """Diffraction amplitude (B, N, N, C), unscaled, of object patches (B, N, N, C) at offsets (B, 1, 2, C)."""
        ...


class Network(Protocol):
    """What two ports claim to be."""

    oracle: Oracle | None
    """None for a network without one."""

    def initial_weights(self, setup: Setup, contract: Contract) -> Weights:
        """The start that both sides share, float64, from the scenario's training seed."""
        ...

    def with_learning_rate(self, scenario: Scenario, rate: float) -> Scenario:
        """The scenario with another largest learning rate, which stands in a section of the network."""
        ...


def named(name: str) -> Network:
    """The network of a scenario, which must be one of `harness.scenario.networks.names`."""
    network: Network = import_module(f"{PACKAGE}.{name}.network").NETWORK
    return network
