"""What the judge says: one `Check` a figure or fact, one `RungVerdict` a rung."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Status = Literal["error", "fail", "inconclusive", "pass", "skipped"]

SEVERITY: tuple[Status, ...] = get_args(Status)
"""From the worst to the mildest; the worst status of its checks is the status of a rung."""

RED: tuple[Status, ...] = ("fail", "error")
"""Statuses that make a session fail."""

CONTRACT = "contract"
"""Origin of a check without a limit: the contract between the parts demands it exactly."""

UNCALIBRATED = "uncalibrated"
"""How the message of a check begins whose limit nobody measured on the class of device that the case ran on."""


@dataclass(frozen=True)
class Check:
    """One question with its answer; `value`, `limit` and `margin` are None where nothing is measured."""

    rung: str
    name: str
    status: Status
    value: float | None
    limit: float | None
    margin: float | None
    origin: str
    """Where the limit stands: `ledger`, `ledger (SCENARIO)`, `scenario FILE:LINE`, `override` or `contract`."""
    message: str


@dataclass(frozen=True)
class RungVerdict:
    """The verdict of one rung for one case."""

    rung: str
    checks: tuple[Check, ...]

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
        """The message of the first check that is as bad as the rung."""
        if not self.checks:
            return "no check was made, so nothing was shown"
        return next(check.message for check in self.checks if check.status == self.status)

    def as_json(self) -> dict[str, Any]:
        """Plain mapping for `checks/<rung>.json`; `from_json` reads it back."""
        return {"rung": self.rung, "status": self.status, "checks": [asdict(check) for check in self.checks]}

    @classmethod
    def from_json(cls, record: Mapping[str, Any]) -> "RungVerdict":
        """Rebuild a verdict from what `as_json` wrote; the status follows from the checks."""
        return cls(record["rung"], tuple(Check(**check) for check in record["checks"]))
