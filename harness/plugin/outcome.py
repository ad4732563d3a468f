"""Turns a verdict into the outcome of a test, with a message for its reader."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from harness import formatting
from harness.judge.verdict import RungVerdict
from harness.session.notes import by_severity, checks_table


@dataclass(frozen=True)
class Verdict:
    """Verdict on one rung, as the fixture gives it to a test of the ladder."""

    judged: RungVerdict
    strict: bool

    def must_hold(self) -> None:
        """Pass, fail with the checks as a table, or be an expected failure: declared, or on weak evidence."""
        if self.judged.status == "pass":
            return
        if self.judged.status == "declared" or (self.judged.status == "inconclusive" and not self.strict):
            pytest.xfail(formatting.printable(f"{self.judged.status}: {self.judged.message}"))
        pytest.fail(explanation(self.judged), pytrace=False)  # also when --runxfail disarms the line above


def stop_without_evidence(judged: RungVerdict) -> None:
    """Skip or fail a test, in its setup, whose rung was skipped or has no evidence."""
    if judged.status == "skipped":
        pytest.skip(formatting.printable(judged.message))
    if judged.status == "error":
        pytest.fail(explanation(judged), pytrace=False)


def explanation(judged: RungVerdict) -> str:
    """What is wrong, the worst first, and below it a table of all checks."""
    wrong = sorted((check for check in judged.checks if check.status != "pass"), key=by_severity)
    sentences = [f"{check.name}: {check.message}" for check in wrong]
    text = "\n".join([f"{judged.status}: {judged.message}", "", *sentences, "", checks_table(judged.checks)])
    return formatting.printable(text)


def properties(judged: RungVerdict) -> Iterator[tuple[str, object]]:
    """Status of the verdict, and value, limit and margin of each check, for pytest's own JUnit file."""
    yield "status", judged.status
    for check in judged.checks:
        for name in ("value", "limit", "margin"):
            if (number := getattr(check, name)) is not None:
                yield f"{check.name}.{name}", formatting.exact(number)
