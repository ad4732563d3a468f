"""The physics-informed network as the run asks it."""

from harness.arrays import Weights
from harness.networks.network import Network, Oracle
from harness.networks.pinn.oracle import PinnOracle
from harness.networks.pinn.start import initial_weights
from harness.ports.contract import Contract
from harness.ports.protocol import Setup


class Pinn:
    """See `harness.networks.network.Network`."""

    oracle: Oracle | None = PinnOracle()

    def first_weights(self, setup: Setup, contract: Contract) -> Weights:  # noqa: ARG002 - its weights are known
        """The start that both sides share."""
        return initial_weights(setup.scenario, setup.intensity_scale)


NETWORK: Network = Pinn()
