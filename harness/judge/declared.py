"""Differences that a scenario declares: told apart from those that nobody knows, and never taken for agreement.

A declaration turns a failed check into one of the status `declared`. It holds until its day, and what it speaks of must
still be there. What is computed behind a stage that is declared to differ is inconclusive where the sides part: nobody
can tell the known difference from another one there.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from fnmatch import fnmatchcase

from harness.judge.verdict import Check
from harness.ports.contract import Contract
from harness.records.declared import DeclaredDifference

Declared = Mapping[str, DeclaredDifference]
BEHIND = (
    "physics",
    "loss",
    "gradient",
    "step",
    "trajectory",
    "telemetry",
    "patches",
    "scale",
    "canvas",
    "agreement",
    "exchange",
)
"""Rungs that judge what a stage leads to."""


def applied(rung: str, checks: Sequence[Check], declared: Declared, contract: Contract) -> list[Check]:
    """The checks of a rung, with those that a declaration is about."""
    if not declared:
        return list(checks)
    found = [_with_declaration(check, declared) for check in checks]
    stages = [stage.name for stage in contract.stages]
    first = next((name for name in stages if _matching(f"stages.{name}", declared)), None)
    if first is None:
        return found
    if rung == "stages":
        later = {
            f"{precision}.{name}" for name in stages[stages.index(first) :] for precision in ("float32", "float64")
        }
        return [_behind(check, first) if check.name in later else check for check in found]
    return [_behind(check, first) for check in found] if rung in BEHIND else found


def _is_fed(check: Check) -> bool:
    """Whether a check compares what both sides computed from the same values, wherever they differ before."""
    return check.rung == "gradient" and check.name.partition(".")[0] == "slope"


def gone(declared: Declared, failed: Iterable[str]) -> list[str]:
    """The declarations that no failed check (`rung.name`) is about: the difference is no longer there."""
    names = list(failed)
    return [what for what in declared if not any(is_about(name, what) for name in names)]


def is_about(check: str, what: str) -> bool:
    """Whether a check speaks of what is declared: its name holds the parts of the declaration, one after the other.

    A part may be a pattern, as for names of files: `batch_normalization*` stands for all such layers.
    """
    parts, wanted = check.split("."), what.split(".")
    return any(
        all(map(fnmatchcase, parts[start : start + len(wanted)], wanted))
        for start in range(len(parts) - len(wanted) + 1)
    )


def _matching(check: str, declared: Declared) -> str | None:
    return next((what for what in declared if is_about(check, what)), None)


def _with_declaration(check: Check, declared: Declared) -> Check:
    what = _matching(f"{check.rung}.{check.name}", declared)
    if check.status != "fail" or what is None:
        return check
    known = declared[what]
    if date.fromisoformat(known.until) < datetime.now(UTC).date():
        return replace(check, message=f"{check.message}; declared until {known.until}, which has passed")
    declaration = f"declared until {known.until}: {known.differs} ({known.reason})"
    return replace(check, status="declared", message=f"{check.message}; {declaration}")


def _behind(check: Check, first: str) -> Check:
    if check.status != "fail" or _is_fed(check):
        return check
    message = f"{check.message}; it may follow from the declared difference of {first}, so nothing is told of it"
    return replace(check, status="inconclusive", message=message)
