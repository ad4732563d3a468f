"""The summary in words: the line of a case on the terminal, and `summary.md` for a review comment."""

from collections.abc import Iterable, Mapping, Sequence

from harness import formatting, templates
from harness.judge.verdict import SEVERITY, UNCALIBRATED, Check, tightest
from harness.records.summary import CaseSummary, Summary
from harness.report.tables import Table

MOST_CHECKS = 100
"""Rows of checks that did not pass, over all cases: a review comment holds 65 536 characters."""
OVERRIDE = "override"
CHECKS = ("case", "check", "status", "value", "limit", "margin", "used", "origin", "message")


def case_line(case: CaseSummary) -> str:
    """A case in one line: its status, and what is wrong or how near the nearest limit is; whether all was stored."""
    return f"{case.id}: {case.status.upper()}{_said(case)}{' (from the store)' if from_store(case) else ''}"


def _said(case: CaseSummary) -> str:
    """` at stages: ...` of a red case, `: ...` of another that is not passed, else the check nearest to its limit."""
    if case.status != "pass":
        at = f" at {case.lowest_red_rung}" if case.lowest_red_rung else ""
        return f"{at}: {case.diagnosis}"
    worst = worst_check(case)
    if worst is None:
        return ""
    return (
        f", nearest to its limit: {worst.rung}.{worst.name}, which uses {formatting.share_of_limit(worst.margin)} of it"
    )


def worst_check(case: CaseSummary) -> Check | None:
    """The check with the smallest margin, if any has one."""
    return tightest(case.checks)


def from_store(case: CaseSummary) -> bool:
    """Whether nothing was run: every result of both sides was in the store."""
    return all(backend.cached for backend in case.backends.values())


def overrides(cases: Sequence[CaseSummary]) -> list[str]:
    """What was overridden on the command line, as `KEY=VALUE`."""
    return sorted({f"{key}={value}" for case in cases for key, value in case.overrides.items()})


def injected(cases: Sequence[CaseSummary]) -> str:
    """A sentence on the fault that was injected; empty where there is none."""
    found = {case.fault for case in cases if case.fault}
    return f"injected fault: {', '.join(sorted(found))}; this port was broken on purpose" if found else ""


def uncalibrated(cases: Sequence[CaseSummary]) -> str:
    """A sentence on the checks whose limits nobody measured on this class of device; empty where there are none."""
    found = [case.id for case in cases for check in case.checks if check.message.startswith(UNCALIBRATED)]
    if not found:
        return ""
    return (
        f"{UNCALIBRATED}: {len(found)} checks say nothing, since nobody measured their limits on this class of device; "
        f"run python -m harness calibrate on it ({', '.join(dict.fromkeys(found))})"
    )


def left_out(cases: Sequence[CaseSummary]) -> list[str]:
    """A sentence for each reason why checks were skipped in cases that were not; with the rungs and the cases."""
    reasons: dict[str, tuple[list[str], list[str]]] = {}
    for case in cases:
        for check in case.checks:
            if check.status == "skipped" != case.status:
                rungs, names = reasons.setdefault(check.message, ([], []))
                rungs.append(check.rung)
                names.append(case.id)
    everything = [case.id for case in cases if case.status != "skipped"]
    return [
        f"Left out of {'every case' if those == everything else ', '.join(those)}: {', '.join(dict.fromkeys(rungs))}; "
        f"{reason}"
        for reason, (rungs, names) in reasons.items()
        if (those := list(dict.fromkeys(names)))
    ]


def warnings(summary: Summary) -> list[str]:
    """What a reader of a terminal must know before the lines of the cases."""
    overridden = ", ".join(overrides(summary.cases))
    found = [
        injected(summary.cases),
        f"overridden on the command line: {overridden}" if overridden else "",
        uncalibrated(summary.cases),
    ]
    return [f"warning: {sentence}" for sentence in found if sentence]


def notices(cases: Sequence[CaseSummary]) -> dict[str, object]:
    """What a reader of a page must know before its figures, as `notices.html` and `summary.md` set it."""
    return {"overrides": overrides(cases), "injected": injected(cases), "uncalibrated": uncalibrated(cases)}


def page(summary: Summary) -> str:
    """`summary.md`: the matrix, then what is not green; it fits a review comment of 65 536 characters."""
    from harness.report.panels import matrix  # brings all judges, for whom a session that only collects should not wait

    cases = summary.cases
    rungs = matrix.rungs_of(cases)
    not_green = [case for case in cases if case.status != "pass"]
    given = [(case.id, check) for case in cases for check in case.checks if check.origin == OVERRIDE]
    return templates.render(
        "summary.md",
        summary=summary,
        **notices(cases),
        left_out=left_out(cases),
        stored=[case.id for case in cases if from_store(case)],
        rungs=rungs,
        rows=[(case, worst_check(case), _cells(matrix.by_rung(case), rungs)) for case in cases],
        not_green=[(case, *_wrong(case, max(1, MOST_CHECKS // len(not_green)))) for case in not_green],
        tightest=_checks((case.id, worst) for case in cases if (worst := worst_check(case))),
        overridden=len(given),
        given=_checks(given[:MOST_CHECKS]),
    )


def _cells(found: Mapping[str, Sequence[Check]], rungs: Sequence[str]) -> list[str]:
    """The sign of the worst status on each rung; empty where a case was not asked."""
    statuses = [{check.status for check in found.get(rung, ())} for rung in rungs]
    return [next((formatting.SIGNS[status] for status in SEVERITY if status in held), "") for held in statuses]


def _wrong(case: CaseSummary, most: int) -> tuple[str, Table]:
    """How many checks of a case did not pass, and a table of the first ones."""
    wrong = [check for check in case.checks if check.status not in ("pass", "skipped")]
    rest = f", the first {most}" if len(wrong) > most else ""
    return f"{len(wrong)} checks did not pass{rest}", _checks((case.id, check) for check in wrong[:most])


def _checks(rows: Iterable[tuple[str, Check]]) -> Table:
    """A row a case and check."""
    return Table.of(CHECKS, (_row(case, check) for case, check in rows))


def _row(case: str, check: Check) -> tuple[object, ...]:
    figures = (check.value, check.limit, check.margin, formatting.share_of_limit(check.margin))
    name, message = f"{check.rung}.{check.name}", formatting.clipped(check.message)
    return case, name, check.status, *figures, check.origin, message
