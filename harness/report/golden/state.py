"""What a hub is worth as a source of golden files: how its cases ended, and whether its commit says what ran."""

from collections.abc import Collection, Sequence
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.judge.verdict import RED
from harness.records.environment import EnvironmentRecord
from harness.records.summary import CaseSummary, Summary
from harness.session import hub

_APPROVED = "golden"
"""The rung that is red whenever there is something to propose: it says nothing against a hub."""


def state(of: Path, cases: Collection[str] = ()) -> tuple[list[str], list[str]]:
    """How a hub stands, one line for its commit and one for each case, and why it should not be approved as it is.

    Args:
        of: the hub.
        cases: ids of the cases that are proposed; all when empty.
    """
    hub.require(of)
    found = Summary.read(of / layout.SUMMARY).cases
    environment = EnvironmentRecord.read_if_whole(of / layout.ENVIRONMENT) or EnvironmentRecord()
    asked = [case for case in found if not cases or case.id in cases]
    lines = [f"commit: {_commit(environment)}", *(f"{case.id}: {_status(case)}" for case in asked)]
    red = [case.id for case in asked if _lowest_red(case)]
    against = [f"{', '.join(red)} {'is' if len(red) == 1 else 'are'} red"] if red else []
    against += ["it ran with changes that are in no commit"] if environment.dirty else []
    return lines, against


def require_sound(of: Path, lines: Sequence[str], against: Sequence[str]) -> None:
    """Raise HarnessError, with the state of the hub, where anything speaks against approving it."""
    if against:
        told = "\n".join(f"  {line}." for line in lines)
        raise HarnessError(
            f"{of}: {', and '.join(against)}; a golden file is what later results are held against. "
            f"Look at the hub, then repeat it green and committed, or say --force.\n{told}"
        )


def _commit(environment: EnvironmentRecord) -> str:
    if environment.git_commit is None:
        return "none, the hub was not made in a repository"
    return environment.git_commit + (" with changes" if environment.dirty else ", without changes")


def _status(case: CaseSummary) -> str:
    rung = _lowest_red(case)
    return f"red at {rung}: {case.diagnosis}" if rung else "red at golden alone" if _is_red(case) else case.status


def _is_red(case: CaseSummary) -> bool:
    return any(check.status in RED for check in case.checks)


def _lowest_red(case: CaseSummary) -> str | None:
    return next((check.rung for check in case.checks if check.status in RED and check.rung != _APPROVED), None)
