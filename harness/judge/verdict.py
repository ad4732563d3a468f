"""Verdicts of the judge: one `Check` for each value or fact, one `RungVerdict` for each rung."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import get_args

from harness.records.verdict import Check as Check
from harness.records.verdict import Status as Status
from harness.records.verdict import VerdictRecord

SEVERITY: tuple[Status, ...] = get_args(Status)
"""Statuses from the worst to the mildest; the worst status of its checks is the status of a rung."""

RED: tuple[Status, ...] = ("fail", "error")
"""Statuses that make a session fail."""

CONTRACT = "contract"
"""Origin of a check without a limit: a fact that must hold exactly."""

UNCALIBRATED = "uncalibrated"
"""First word of the message of a check whose limit was not measured on the case's class of device."""


@dataclass(frozen=True)
class RungVerdict:
    """The verdict of one rung for one case."""

    rung: str
    checks: tuple[Check, ...]
    seconds: float | None = None
    """How long it took to judge the rung, of one that was read; None where nobody took the time."""

    @property
    def status(self) -> Status:
        """The worst status among the checks; a rung without any check is an error."""
        found = {check.status for check in self.checks}
        return next((status for status in SEVERITY if status in found), "error")

    @property
    def margin(self) -> float | None:
        """The smallest margin among the checks that have one."""
        return min((check.margin for check in self.checks if check.margin is not None), default=None)

    @property
    def message(self) -> str:
        """Message of the first check whose status is that of the rung."""
        if not self.checks:
            return "no check was made, so nothing was shown"
        return next(check.message for check in self.checks if check.status == self.status)

    @property
    def record(self) -> VerdictRecord:
        """Contents of `checks/<rung>.json`."""
        return VerdictRecord(rung=self.rung, status=self.status, checks=self.checks)

    @classmethod
    def of(cls, record: VerdictRecord) -> "RungVerdict":
        """The verdict of a record that was read; the status is derived from the checks again."""
        return cls(record.rung, record.checks, record.seconds)


def excused(check: Check, status: Status, why: str) -> Check:
    """A failed check that is not held against a side, and why; without a margin, since its limit decided nothing."""
    return replace(check, status=status, margin=None, message=f"{check.message}; {why}")


def tightest(checks: Iterable[Check]) -> Check | None:
    """The check with the smallest margin, the first of equal ones; None where no check has a margin."""
    return min((check for check in checks if check.margin is not None), key=lambda c: c.margin or 0.0, default=None)
