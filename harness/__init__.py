"""ptycho-parity: proves, or disproves, that two ports of a ptychography network are the same network."""

__version__ = "0.1.0"
