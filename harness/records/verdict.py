"""`checks/<rung>.json`: the verdict of one rung, and the checks that it follows from."""

from dataclasses import dataclass
from typing import Literal

from harness.records.record import Number, Record

Status = Literal["error", "fail", "inconclusive", "declared", "pass", "skipped"]


@dataclass(frozen=True)
class Check:
    """One question with its answer; `value`, `limit` and `margin` are None where nothing is measured."""

    rung: str
    name: str
    status: Status
    value: Number | None
    limit: Number | None
    margin: Number | None
    origin: str
    """Where the limit stands: `ledger`, `ledger (SCENARIO)`, `scenario FILE:LINE`, `override` or `contract`."""
    message: str


class VerdictRecord(Record):
    """The whole file."""

    rung: str
    status: Status
    """The worst status among the checks."""
    checks: tuple[Check, ...]
