"""Hypotheses about the physics: a stage is computed again from those before it, with one thing changed."""
