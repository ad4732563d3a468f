"""The physics-informed network behind the protocol of a network."""

from harness.arrays import Weights
from harness.networks.network import Network, Oracle
from harness.networks.pinn.oracle import PinnOracle
from harness.networks.pinn.sections import of
from harness.networks.pinn.start import initial_weights
from harness.ports.contract import Contract
from harness.ports.protocol import Setup
from harness.scenario.schema import Scenario


class Pinn:
    """See `harness.networks.network.Network`."""

    oracle: Oracle | None = PinnOracle()

    def initial_weights(self, setup: Setup, contract: Contract) -> Weights:  # noqa: ARG002 - its weights are known
        """Initial weights for both sides; the contract is not needed."""
        return initial_weights(setup.scenario, setup.intensity_scale)

    def with_learning_rate(self, scenario: Scenario, rate: float) -> Scenario:
        """Copy of the scenario with another largest learning rate."""
        optimiser = of(scenario).optimiser.model_copy(update={"learning_rate": rate})
        return scenario.model_copy(update={"optimiser": optimiser})


NETWORK: Network = Pinn()
