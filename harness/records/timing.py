"""`train_outputs/timing.json`: duration, steps, memory and number of parameters of a training."""

from harness.records.record import Number, Record


class TimingRecord(Record, extra="ignore"):
    """Contents of `timing.json`; `peak_rss_mb` is the peak resident memory of the worker, MiB."""

    train_seconds: Number | None = None
    steps: Number | None = None
    ms_per_step: Number | None = None
    peak_rss_mb: Number | None = None
    parameters: Number | None = None
