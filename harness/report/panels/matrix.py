"""The matrix on the page of a session: a row for each case, a column for each rung, the worst case first."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from harness.judge import ladder
from harness.judge.verdict import RED, SEVERITY, Check, Status, tightest
from harness.records.jobs import JobRecord
from harness.records.summary import CaseSummary
from harness.report import markdown
from harness.report.summary import worst

GREEN = ("pass", "skipped")
_NO_MARGIN = float("inf")


@dataclass(frozen=True)
class Cell:
    """One rung of one case; its status is None if the case was not judged on this rung."""

    rung: str
    status: Status | None = None
    worst: Check | None = None
    """The check of the rung with the least margin."""
    checks: int = 0
    wrong: int = 0
    """How many of the checks neither passed nor were skipped."""
    declared: int = 0
    """How many of these are known differences."""
    message: str = ""
    """Name and message of one check that decides the status; empty for a rung that passed."""


@dataclass(frozen=True)
class Row:
    """The row of one case in the matrix."""

    case: CaseSummary
    cells: Sequence[Cell]
    worst: Check | None
    """The check of the case with the least margin."""
    seconds: float
    """Sum of the run times of all jobs that were run, in seconds."""
    from_store: bool

    @property
    def badness(self) -> tuple[int, float, str]:
        """Sorting key: the worst status first, then the least margin."""
        margin = None if self.worst is None else self.worst.margin
        return SEVERITY.index(self.case.status), _NO_MARGIN if margin is None else margin, self.case.id


def by_rung(case: CaseSummary) -> dict[str, list[Check]]:
    """The checks of a case by rung, in the order of the ladder."""
    rungs: dict[str, list[Check]] = {}
    for check in case.checks:
        rungs.setdefault(check.rung, []).append(check)
    return rungs


def rungs_of(cases: Iterable[CaseSummary]) -> list[str]:
    """The rungs that at least one case has checks of, in the order of the ladder."""
    found = {check.rung for case in cases for check in case.checks}
    return [rung for rung in ladder.RUNGS if rung in found]


def rows(cases: Sequence[CaseSummary], jobs: Mapping[str, Iterable[JobRecord]]) -> list[Row]:
    """One row for each case: the worst status first, then the least margin; `jobs` holds those of each case by id."""
    rungs = rungs_of(cases)
    return sorted((_row(case, rungs, jobs[case.id]) for case in cases), key=lambda row: row.badness)


def _row(case: CaseSummary, rungs: Iterable[str], jobs: Iterable[JobRecord]) -> Row:
    found = by_rung(case)
    return Row(
        case=case,
        cells=[cell(rung, found.get(rung, [])) for rung in rungs],
        worst=tightest(case.checks),
        seconds=sum(job.seconds or 0.0 for job in jobs if not job.cached),
        from_store=markdown.from_store(case),
    )


def cell(rung: str, checks: Sequence[Check], sides: Collection[str] = ()) -> Cell:
    """The cell of one rung of one case, from its checks; without a status when there are none.

    The message is that of the first check with this status, preferring one that names one of the `sides`.
    """
    if not checks:
        return Cell(rung)
    status = worst(check.status for check in checks)
    of_status = [check for check in checks if check.status == status]
    first = next((check for check in of_status if _side(check) in sides), of_status[0])
    return Cell(
        rung=rung,
        status=status,
        worst=tightest(checks),
        checks=len(checks),
        wrong=sum(check.status not in GREEN for check in checks),
        declared=sum(check.status == "declared" for check in checks),
        message="" if status == "pass" else f"{first.name}: {first.message}",
    )


def blamed_sides(checks: Iterable[Check], sides: Collection[str]) -> list[str]:
    """The sides that red checks of a rung name as wrong; none where the checks only say that the sides differ."""
    named = {_side(check) for check in checks if check.status in RED}
    return [side for side in sides if side in named]


def _side(check: Check) -> str:
    """First part of the name of a check: the side that it is about, or another word if it is about both."""
    return check.name.partition(".")[0]
