"""One file a rung of the ladder."""
