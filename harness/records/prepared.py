"""`prepared.json`: how the preparation of a case ended."""

from typing import Literal

from harness.records.record import Record


class Prepared(Record):
    """The whole file. It is written last, so a case without it was not prepared."""

    status: Literal["done", "skipped", "error"]
    reason: str
    """Why the work was not done; empty when it was."""
    late: bool = False
    """Whether the session's budget was spent before the case was begun; a hub from before budgets does not say."""
