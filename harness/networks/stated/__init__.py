"""A network that is known from the contracts of its ports alone, which come from other distributions."""
