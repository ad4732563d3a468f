"""`comparison/comparison_metrics.json`: figures of a case that the judge computed."""

from harness.records.record import Record


class NonfiniteRecord(Record, extra="ignore"):
    """The first metric of a training that was not finite, and its epoch."""

    metric: str
    epoch: int
