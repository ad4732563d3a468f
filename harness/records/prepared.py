"""`prepared.json`: how the preparation of a case ended."""

from typing import Literal

from harness.records.record import Record

PreparedStatus = Literal["done", "skipped", "error"]


class PreparedRecord(Record, extra="ignore"):
    """The whole file."""

    status: PreparedStatus
    reason: str
    """Why it is not `done`."""
    late: bool = False
    """Whether the budget of the session was spent before it began."""
