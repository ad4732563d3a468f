"""`progress.jsonl`: progress reports of the worker processes, one JSON object a line."""

from harness.records.record import Number, Record


class ProgressRecord(Record, extra="ignore"):
    """One line: the state of one leg of one backend."""

    case: str
    backend: str
    leg: str
    epoch: int | None = None
    epochs: int | None = None
    loss: Number | None = None
    left: Number | None = None
    """Estimated seconds until the leg ends."""
