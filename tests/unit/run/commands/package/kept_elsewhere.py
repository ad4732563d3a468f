"""What a user's code imports from a folder of its own."""

LOSS = "loss"
