"""Hands results to another person: an inventory, a README, and a bundle whose checksums the receiver can verify."""
