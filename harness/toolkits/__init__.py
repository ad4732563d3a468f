"""Toolkits: a port made from a model, a loss and an optimiser that are objects of a framework."""
