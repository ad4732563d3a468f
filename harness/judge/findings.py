"""Collects the checks of one rung while it is being judged."""

import math
from collections.abc import Iterator
from contextlib import contextmanager

from harness.errors import HarnessError
from harness.judge.evidence import Incapable
from harness.judge.tolerances import Limit, Limits
from harness.judge.verdict import CONTRACT, UNCALIBRATED, Check, Status


class Findings:
    """The checks of one rung, in the order in which they are made."""

    def __init__(self, rung: str, limits: Limits) -> None:
        self.rung = rung
        self.checks: list[Check] = []
        self._limits = limits

    def measure(self, name: str, value: float | None, limit: str, message: str) -> None:
        """Judge `value` against the limit `rung.limit`; without such a limit nothing is judged.

        A value that is missing or not finite fails: no limit holds for it. Any other is inconclusive where the limit
        was measured on another class of device than the case ran on.
        """
        found = self._limits.find(f"{self.rung}.{limit}")
        if found is None:
            return
        if value is None or not math.isfinite(value):
            self._add(name, "fail", f"{message} (no finite value)", None, found.value, None, found.origin)
            return
        status: Status = "pass" if found.holds(value) else "fail"
        sentence = f"{message}: {value:.3g}, {found.sense} {found.value:g}"
        if reason := self._limits.uncalibrated(found):
            status, sentence = "inconclusive", f"{UNCALIBRATED}: {sentence}; {reason}"
        self._add(name, status, sentence, float(value), found.value, found.margin(value), found.origin)

    def limit(self, name: str) -> Limit | None:
        """The limit `rung.name` in force, for a check that decides by a test of its own; see `decide`."""
        return self._limits.find(f"{self.rung}.{name}")

    def decide(self, name: str, status: Status, value: float | None, limit: Limit, message: str) -> None:
        """State what a test has decided about a limit; `value` is what it could not rule out, None what had no value.

        A decision that the value contradicts is a fault of the test: HarnessError.
        """
        if (status == "pass") != (value is not None and limit.holds(value)):
            raise HarnessError(
                f"{self.rung}.{name}: {status}, although the value is {value} and the limit {limit.value}."
            )
        if value is not None and (reason := self._limits.uncalibrated(limit)):
            status, message = "inconclusive", f"{UNCALIBRATED}: {message}; {reason}"
        margin = None if value is None else limit.margin(value)
        self._add(name, status, message, value, limit.value, margin, limit.origin)

    def skip(self, name: str, message: str) -> None:
        """Note what was not asked of this case, and how to ask for it."""
        self._add(name, "skipped", message)

    def demand(self, name: str, holds: bool, message: str) -> None:
        """Judge a fact that the contract demands exactly; `message` says what was found."""
        self._add(name, "pass" if holds else "fail", message)

    def inconclusive(self, name: str, message: str) -> None:
        """Note what leaves the rung undecided, whatever its figures say."""
        self._add(name, "inconclusive", message)

    def error(self, name: str, message: str) -> None:
        """Note that the evidence for a check could not be had."""
        self._add(name, "error", message)

    @contextmanager
    def evidence_for(self, name: str) -> Iterator[None]:
        """Turn evidence that is missing into a check of that name: an error, or inconclusive for an incapable side."""
        try:
            yield
        except Incapable as reason:
            self._add(name, "inconclusive", str(reason))
        except HarnessError as reason:
            self._add(name, "error", str(reason))

    def _add(
        self,
        name: str,
        status: Status,
        message: str,
        value: float | None = None,
        limit: float | None = None,
        margin: float | None = None,
        origin: str = CONTRACT,
    ) -> None:
        self.checks.append(Check(self.rung, name, status, value, limit, margin, origin, message))
