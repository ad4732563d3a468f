"""`prepared.json`: how the preparation of a case ended."""

from typing import Literal

from harness.records.record import Record

PreparedStatus = Literal["done", "stopped", "skipped", "error"]


class PreparedRecord(Record, extra="ignore"):
    """Contents of `prepared.json`."""

    status: PreparedStatus
    reason: str
    """Why the case is not prepared, or not to its end; empty where it is."""
    late: bool = False
    """Whether the session's time budget was spent before the preparation began."""

    @property
    def has_evidence(self) -> bool:
        """Whether legs were run, to their end or until the session's, so that there is something to judge."""
        return self.status in ("done", "stopped")
