"""`progress.jsonl`: what workers told while they worked, one line each."""

from harness.records.record import Number, Record


class ProgressRecord(Record, extra="ignore"):
    """One line."""

    case: str
    backend: str
    leg: str
    epoch: int | None = None
    epochs: int | None = None
    loss: Number | None = None
    left: Number | None = None
    """Seconds that the leg will still take."""
