"""Hypotheses about gradients, moments and weights after a step."""
