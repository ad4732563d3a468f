"""A user's pair, as the run asks it."""

from harness.networks.network import Network
from harness.networks.stated.network import Stated
from harness.scenario.schema import Scenario


class Pair(Stated):
    """A network whose ports state it, as those of `stated` do; each side's optimiser is the user's own."""

    def with_learning_rate(self, scenario: Scenario, rate: float) -> Scenario:  # noqa: ARG002
        """The scenario as it is: the user's optimiser has the user's rate."""
        return scenario


NETWORK: Network = Pair()
