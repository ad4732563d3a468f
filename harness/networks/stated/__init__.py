"""A network that its ports state themselves: whatever two ports say, by their contract, that they are."""
