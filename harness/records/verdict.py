"""`checks/<rung>.json`: the status of one rung, and the checks that it follows from."""

from dataclasses import dataclass
from typing import Literal

from harness.records.record import Number, Record

Status = Literal["error", "fail", "inconclusive", "declared", "pass", "skipped"]


@dataclass(frozen=True)
class Check:
    """Result of one check; `value`, `limit` and `margin` are None where the check compares no number with a limit."""

    rung: str
    name: str
    status: Status
    value: Number | None
    limit: Number | None
    margin: Number | None
    origin: str
    """Source of the limit: `ledger`, `ledger (SCENARIO)`, `scenario FILE:LINE`, `override` or `contract`."""
    message: str


class VerdictRecord(Record):
    """Contents of `checks/<rung>.json`."""

    rung: str
    status: Status
    """The worst status among the checks."""
    checks: tuple[Check, ...]
    seconds: Number | None = None
    """How long it took to judge the rung; None in the hubs of earlier versions."""
