"""The protocols of a network and of its oracle, by which a run uses them without knowing the network."""

from collections.abc import Mapping
from importlib import import_module
from typing import Protocol

from harness.arrays import Array, Weights
from harness.ports.contract import Contract
from harness.ports.protocol import Batch, Setup
from harness.scenario.networks import PACKAGE
from harness.scenario.schema import Scenario


class Oracle(Protocol):
    """The network's formulas in NumPy float64, written independently of the ports, to check them."""

    def stages(self, setup: Setup, known: Mapping[str, Array], batch: Batch, weights: Weights) -> dict[str, Array]:
        """Compute every stage that has `oracle` set in the contract, float64 or complex128, from the stages of a port.

        Args:
            setup: the set-up that the port was built from.
            known: the stages that the port computed; the oracle uses those that it starts from.
            batch: the batch that the port got.
            weights: the weights of the port.

        Raises:
            HarnessError: a stage that the oracle starts from is missing or does not fit the batch.
        """
        ...

    def losses(self, setup: Setup, stages: Mapping[str, Array], batch: Batch) -> dict[str, float]:
        """`loss` and its terms for the batch, from the result of the method `stages`."""
        ...

    def diffraction(self, setup: Setup, patches: Array, relative: Array) -> Array:
        """Diffraction amplitude (B, N, N, C), unscaled, of object patches (B, N, N, C) at offsets (B, 1, 2, C)."""
        ...


class Network(Protocol):
    """What a run needs to know of a network."""

    oracle: Oracle | None
    """The oracle; None for a network without one."""

    def initial_weights(self, setup: Setup, contract: Contract) -> Weights:
        """Initial weights for both sides, float64, from the scenario's training seed."""
        ...

    def with_learning_rate(self, scenario: Scenario, rate: float) -> Scenario:
        """Copy of the scenario with another largest learning rate, whose key belongs to the network."""
        ...


def oracle_of(setup: Setup) -> Oracle | None:
    """The oracle of a set-up's network, or the one that the scenario of a user's pair names; None without one.

    Raises HarnessError when what the scenario names cannot be found.
    """
    if setup.scenario.sides is None:
        return named(setup.scenario.network).oracle
    from harness.networks.pair import oracle

    return oracle.of(setup)


def named(name: str) -> Network:
    """Import the network of the given name, which must be one of `harness.scenario.networks.names()`."""
    network: Network = import_module(f"{PACKAGE}.{name}.network").NETWORK
    return network
