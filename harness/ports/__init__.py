"""What a port is: the protocol that it speaks, the batches that it is fed, and how one is found by its name."""
