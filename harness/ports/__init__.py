"""What a port is: its protocol, its contract, and the batches that it gets."""
