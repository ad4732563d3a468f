"""`train_outputs/timing.json`: what a training cost."""

from harness.records.record import Number, Record


class TimingRecord(Record, extra="ignore"):
    """The whole file."""

    train_seconds: Number | None = None
    steps: Number | None = None
    ms_per_step: Number | None = None
    peak_rss_mb: Number | None = None
    parameters: Number | None = None
