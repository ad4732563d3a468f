"""`comparison/stats_<candidate>_over_<baseline>.json`: statistics of two sides, their ratios and differences."""

from harness.records.record import Number, Record


class ComparedValue(Record):
    """One statistic of both sides, with its ratio and difference."""

    baseline: Number | None
    candidate: Number | None
    ratio: Number | None
    """Candidate over baseline."""
    difference: Number | None
    """Candidate minus baseline."""
    status: str
    """`compared`, or why there is no ratio."""


class ComparedStatistics(Record):
    """Contents of the file; the two sides are named `HUB/CASE/BACKEND`."""

    baseline: str
    candidate: str
    patches: dict[str, ComparedValue]
    canvas: dict[str, ComparedValue]
