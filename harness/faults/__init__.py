"""Faults that the judge must catch, injected from outside into one side of a case.

Nothing here is imported by a worker, nor by the run room, unless a fault was asked for.
"""
