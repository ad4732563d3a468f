"""The ports of the network, and the protocol that they speak."""
