"""The matrix of a session: cases x rungs, the worst case first."""

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
    """One rung of one case; without a status where it was not asked of the case."""

    rung: str
    status: Status | None = None
    worst: Check | None = None
    """The check with the least margin."""
    checks: int = 0
    wrong: int = 0
    """How many of the checks are not green."""
    message: str = ""
    """What is wrong, of a rung that is not passed."""


@dataclass(frozen=True)
class Row:
    """One case."""

    case: CaseSummary
    cells: Sequence[Cell]
    worst: Check | None
    """The check with the least margin."""
    seconds: float
    """Run time of all jobs that were run."""
    from_store: bool

    @property
    def badness(self) -> tuple[int, float, str]:
        """Sorting key: the worst status first, then the least margin."""
        margin = None if self.worst is None else self.worst.margin
        return SEVERITY.index(self.case.status), _NO_MARGIN if margin is None else margin, self.case.id


def by_rung(case: CaseSummary) -> dict[str, list[Check]]:
    """The checks of a case under their rungs, in the ladder's order."""
    rungs: dict[str, list[Check]] = {}
    for check in case.checks:
        rungs.setdefault(check.rung, []).append(check)
    return rungs


def rungs_of(cases: Iterable[CaseSummary]) -> list[str]:
    """The rungs that any case has, in the ladder's order."""
    found = {check.rung for case in cases for check in case.checks}
    return [rung for rung in ladder.RUNGS if rung in found]


def rows(cases: Sequence[CaseSummary], jobs: Mapping[str, Iterable[JobRecord]]) -> list[Row]:
    """One row a case: red ones first, then by the least margin that is left; `jobs` are those of each case by id."""
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
    """Status of one rung of one case, what is worst in it, and how many checks it has; no status where not asked.

    Its message is that of the first check of this status, of one that names a side where there is any.
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
        message="" if status == "pass" else f"{first.name}: {first.message}",
    )


def off(checks: Iterable[Check], sides: Collection[str]) -> list[str]:
    """The sides that red checks of a rung name, held against the truth of their files; none where they only differ."""
    named = {_side(check) for check in checks if check.status in RED}
    return [side for side in sides if side in named]


def _side(check: Check) -> str:
    """The side that a check is about; of one that is about both, any other word."""
    return check.name.partition(".")[0]
