"""Hypotheses about a layer: it is computed again from its input, as stated and then otherwise."""
