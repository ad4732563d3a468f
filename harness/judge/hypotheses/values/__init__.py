"""Hypotheses about the tensor itself: it is the other side's, changed in a simple way."""
