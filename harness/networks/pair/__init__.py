"""A network that two ports of a user state: the scenario names where each is made."""
