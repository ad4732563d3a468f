"""A user's pair, as the run asks it."""

from harness.networks.network import Network
from harness.networks.stated.network import Stated

NETWORK: Network = Stated()
