"""Hypotheses about a term of the loss: its formula, its counts, its weight."""
