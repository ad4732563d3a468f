"""Turns a verdict into the outcome of a test, with a message for its reader."""

from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from harness import formatting
from harness.judge.verdict import RED, RungVerdict

SHOWN = 12
"""Checks that a failure quotes."""


@dataclass(frozen=True)
class Verdict:
    """Verdict on one rung, as the fixture gives it to a test of the ladder."""

    judged: RungVerdict
    strict: bool
    below: str = ""
    """The lowest red rung of the case where this one stands above it; empty otherwise."""

    def must_hold(self) -> None:
        """Pass, fail with the checks as a table, or be an expected failure: declared, or on weak evidence."""
        if self.judged.status == "pass":
            return
        if self.judged.status == "declared" or (self.judged.status == "inconclusive" and not self.strict):
            pytest.xfail(formatting.printable(f"{self.judged.status}: {self.judged.message}"))
        pytest.fail(explanation(self.judged, self.below), pytrace=False)  # also when --runxfail disarms the line above


def stop_without_evidence(judged: RungVerdict, below: str = "") -> None:
    """Skip or fail a test, in its setup, whose rung was skipped or has no evidence; `below` as in `Verdict`."""
    if judged.status == "skipped":
        pytest.skip(formatting.printable(judged.message))
    if judged.status == "error":
        pytest.fail(explanation(judged, below), pytrace=False)


def explanation(judged: RungVerdict, below: str = "") -> str:
    """What is wrong, in the order of the computation, in at most `SHOWN` checks and a line on all others.

    Where float64 is wrong, what is wrong in float32 alike is counted alone. The figures of all checks are in the hub.
    A rung above the lowest red one, `below`, is most often red in consequence, and is told in one line.
    """
    if below:
        where = f"its checks are in red/{judged.rung}.md of the case"
        return f"{judged.status}: {judged.rung}, above {below}, the lowest red rung; {where}"
    wrong = [check for check in judged.checks if check.status in RED]
    wrong = wrong or [check for check in judged.checks if check.status == judged.status]
    names = {check.name for check in wrong}
    leading = [check for check in wrong if check.name.replace("float32", "float64") not in names - {check.name}]
    lines = [f"{check.name}: {check.message}" for check in leading[:SHOWN]]
    rest = [f"{len(leading) - SHOWN} more"] if len(leading) > SHOWN else []
    rest += [f"{len(wrong) - len(leading)} in float32 as in float64"] if len(wrong) > len(leading) else []
    also = f"also {judged.status}: {' and '.join(rest)}; " if rest else ""
    where = f"all {len(judged.checks)} checks with their figures are in red/{judged.rung}.md of the case"
    return formatting.printable("\n".join([f"{judged.status}: {judged.rung}", *lines, f"{also}{where}"]))


def properties(judged: RungVerdict) -> Iterator[tuple[str, object]]:
    """Status of the verdict, and value, limit and margin of each check, for pytest's own JUnit file."""
    yield "status", judged.status
    for check in judged.checks:
        for name in ("value", "limit", "margin"):
            if (number := getattr(check, name)) is not None:
                yield f"{check.name}.{name}", formatting.exact(number)
