"""Faults that the judge must catch, injected from outside into one side of a case.

Workers and the room `run` import nothing of this package unless a fault is injected.
"""
