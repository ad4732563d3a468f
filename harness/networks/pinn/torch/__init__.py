"""The network, its physics and its training in PyTorch."""
