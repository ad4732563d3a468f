"""`progress.jsonl`: progress reports of the worker processes, one JSON object a line."""

from harness.records.record import Number, Record


class ProgressRecord(Record, extra="ignore"):
    """One line: the state of one leg of one backend."""

    case: str
    backend: str
    leg: str
    epoch: int | None = None
    epochs: int | None = None
    unit: str = "epoch"
    """What `epoch` and `epochs` count: epochs of a training, or its single steps."""
    loss: Number | None = None
    left: Number | None = None
    """Estimated seconds until the leg ends."""
    state: str = ""
    """How a leg ended, `cached` where its result was taken from the store; empty while it runs."""
    waits: str = ""
    """What the leg waits for, and who holds that; empty while it runs."""
