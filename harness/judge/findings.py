"""Findings: the checks that a rung makes while it judges a case."""

import math
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from harness.errors import HarnessError
from harness.formatting import rounded
from harness.judge.evidence import Incapable, LeftOut
from harness.judge.tolerances import Limit, Limits
from harness.judge.verdict import CONTRACT, RED, UNCALIBRATED, Check, Status


class Findings:
    """Collects the checks of one rung, in the order in which they are made."""

    def __init__(self, rung: str, limits: Limits) -> None:
        self.rung = rung
        self.checks: list[Check] = []
        self._limits = limits

    def measure(self, name: str, value: float | None, limit: str, message: str) -> None:
        """Add a check that compares `value` with a limit; where the case has no such limit, add none.

        A value that is missing or not finite fails. Any other is inconclusive where the limit was measured on another
        class of device than the case ran on.

        Args:
            name: name of the check.
            value: the measured value.
            limit: name of the limit in the ledger, without the rung.
            message: what was measured, for the reader; value and limit are appended.
        """
        found, message = self._limits.find(f"{self.rung}.{limit}"), rounded(message)
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
        """The limit `rung.name` of the case, for a check that is decided by a statistical test; see `decide`."""
        return self._limits.find(f"{self.rung}.{name}")

    def decide(self, name: str, status: Status, value: float | None, limit: Limit, message: str) -> None:
        """Add a check whose status a statistical test has decided.

        Args:
            name: name of the check.
            status: the decision of the test.
            value: the worst value that the test could not rule out; None where there was no finite value.
            limit: the limit that the test compared with.
            message: the decision in words.

        Raises:
            HarnessError: status and value contradict each other, which is an error of the test.
        """
        if (status == "pass") != (value is not None and limit.holds(value)):
            raise HarnessError(
                f"{self.rung}.{name}: {status}, although the value is {value} and the limit {limit.value}."
            )
        if value is not None and (reason := self._limits.uncalibrated(limit)):
            status, message = "inconclusive", f"{UNCALIBRATED}: {message}; {reason}"
        margin = None if value is None else limit.margin(value)
        self._add(name, status, rounded(message), value, limit.value, margin, limit.origin)

    def skip(self, name: str, message: str) -> None:
        """Add a skipped check: the case does not include it; `message` says how to include it."""
        self._add(name, "skipped", message)

    def demand(self, name: str, holds: bool, message: str) -> None:
        """Add a check of a fact that must hold exactly; `message` says what was found, in all digits where red."""
        self._add(name, "pass" if holds else "fail", rounded(message) if holds else message)

    def inconclusive(self, name: str, message: str) -> None:
        """Add an inconclusive check, which leaves the rung undecided whatever its other checks say."""
        self._add(name, "inconclusive", rounded(message))

    def error(self, name: str, message: str) -> None:
        """Add a check that could not be made because its evidence is not available."""
        self._add(name, "error", message)

    def explain(self, text: str) -> None:
        """Append a text to the message of the last check, if that check is red."""
        if text and self.checks and self.checks[-1].status in RED:
            self.checks[-1] = replace(self.checks[-1], message=f"{self.checks[-1].message}; {text}")

    @contextmanager
    def evidence_for(self, name: str) -> Iterator[None]:
        """Context in which missing evidence becomes a check of that name.

        It is skipped for LeftOut, inconclusive for Incapable, else an error.
        """
        try:
            yield
        except LeftOut as reason:
            self.skip(name, f"{reason}.")
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
