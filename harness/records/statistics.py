"""`comparison/stats_<candidate>_over_<baseline>.json`: statistics of two sides held against each other."""

from harness.records.record import Number, Record


class ComparedValue(Record):
    """One figure of both sides."""

    baseline: Number | None
    candidate: Number | None
    ratio: Number | None
    """Candidate over baseline."""
    difference: Number | None
    """Candidate minus baseline."""
    status: str
    """`compared`, or why there is no ratio."""


class ComparedStatistics(Record):
    """The whole file; the sides are named `HUB/CASE/BACKEND`."""

    baseline: str
    candidate: str
    patches: dict[str, ComparedValue]
    canvas: dict[str, ComparedValue]
