"""The summary of a session as text: one line for each case on the terminal, and `summary.md` for a review comment."""

from collections.abc import Iterable, Mapping, Sequence

from harness import formatting, templates
from harness.judge.verdict import SEVERITY, UNCALIBRATED, Check, tightest
from harness.records.summary import CaseSummary, Summary
from harness.report import diagnosis
from harness.report.tables import Table
from harness.session.notes import repeat_command

MOST_CHECKS = 100
"""Largest number of rows of checks that did not pass, over all cases: a review comment holds 65 536 characters."""
OVERRIDE = "override"
CHECKS = ("case", "check", "status", "value", "limit", "margin", "used", "origin", "message")


def case_line(case: CaseSummary) -> str:
    """A case in one line: its status, what is wrong or the check nearest to its limit, and what was stored."""
    return f"{case.id}: {case.status.upper()}{_status_text(case)}{_stored(case)}"


def _status_text(case: CaseSummary) -> str:
    """What follows the status of a case: red rung, diagnosis and command, or the check nearest to its limit."""
    if case.lowest_red_rung:
        above = diagnosis.more_red(case)
        folded = f"; {above} more {'is' if above == 1 else 'are'} red above it" if above else ""
        repeat = repeat_command(case, case.lowest_red_rung)
        return f" at {case.lowest_red_rung}: {case.diagnosis}{folded}; repeat: {repeat}"
    if case.status != "pass":
        return f": {case.diagnosis}"
    worst = worst_check(case)
    if worst is None or worst.margin is None:
        return ""
    return f", nearest to its limit: {worst.rung}.{worst.name}, {_use(worst, worst.margin)}"


def _use(check: Check, margin: float) -> str:
    """How near a passed check came: the part of a largest value that it uses; beside a smallest value, both numbers.

    What may be used of a smallest value reaches to a best one that no reconstruction comes to.
    """
    if check.value is not None and check.limit is not None and check.value > check.limit:
        return f"{formatting.number(check.value)} where at least {formatting.number(check.limit)} is asked"
    return f"which uses {formatting.part_of_limit(margin)} of it"


def _stored(case: CaseSummary) -> str:
    """What came from the store: everything, or all but the legs that are named; empty where nothing did."""
    ran = [
        f"{name} {', '.join(side.ran)}" if side.stored else f"all of {name}"
        for name, side in case.backends.items()
        if side.ran
    ]
    if not ran:
        return " (from the store)" if from_store(case) else ""
    stored = any(side.stored for side in case.backends.values())
    return f" (from the store, but for {'; '.join(ran)})" if stored else ""


def worst_check(case: CaseSummary) -> Check | None:
    """The check with the smallest margin, if any has one."""
    return tightest(case.checks)


def from_store(case: CaseSummary) -> bool:
    """Whether all results of both sides came from the store, so that nothing was run."""
    return all(backend.cached for backend in case.backends.values())


def overrides(cases: Sequence[CaseSummary]) -> list[str]:
    """The values that were overridden on the command line, as `KEY=VALUE`."""
    return sorted({f"{key}={value}" for case in cases for key, value in case.overrides.items()})


def injected(cases: Sequence[CaseSummary]) -> str:
    """A sentence on the faults that were injected into cases; empty where there are none."""
    found = {case.fault for case in cases if case.fault}
    return f"injected fault: {', '.join(sorted(found))}; this port was broken on purpose" if found else ""


def uncalibrated(cases: Sequence[CaseSummary]) -> str:
    """A sentence on the checks whose limits were never measured on this class of device; empty without such checks."""
    found = [case.id for case in cases for check in case.checks if check.message.startswith(UNCALIBRATED)]
    if not found:
        return ""
    return (
        f"{UNCALIBRATED}: {len(found)} checks say nothing, since nobody measured their limits on this class of device; "
        f"run python -m harness calibrate on it ({', '.join(dict.fromkeys(found))})"
    )


def left_out(cases: Sequence[CaseSummary]) -> list[str]:
    """For each reason why checks of otherwise judged cases were skipped, a sentence with these rungs and cases."""
    reasons: dict[str, tuple[list[str], list[str]]] = {}
    for case in cases:
        for check in case.checks:
            if check.status == "skipped" != case.status:
                rungs, names = reasons.setdefault(check.message, ([], []))
                rungs.append(_skipped_of(check.rung, case))
                names.append(case.id)
    everything = [case.id for case in cases if case.status != "skipped"]
    return [
        f"Left out of {'every case' if those == everything else ', '.join(those)}: {', '.join(dict.fromkeys(rungs))}; "
        f"{reason}"
        for reason, (rungs, names) in reasons.items()
        if (those := list(dict.fromkeys(names)))
    ]


def _skipped_of(rung: str, case: CaseSummary) -> str:
    """The rung, or `parts of` it where some of its checks were made."""
    whole = all(check.status == "skipped" for check in case.checks if check.rung == rung)
    return rung if whole else f"parts of {rung}"


def warnings(summary: Summary) -> list[str]:
    """The warnings that the terminal prints before the lines of the cases: faults, overrides, missing calibration."""
    overridden = ", ".join(overrides(summary.cases))
    found = [
        injected(summary.cases),
        f"overridden on the command line: {overridden}" if overridden else "",
        uncalibrated(summary.cases),
    ]
    return [f"warning: {sentence}" for sentence in found if sentence]


def notices(cases: Sequence[CaseSummary]) -> dict[str, object]:
    """The warnings on top of a page, for `notices.html` and `summary.md`: faults, overrides, missing calibration."""
    return {"overrides": overrides(cases), "injected": injected(cases), "uncalibrated": uncalibrated(cases)}


def page(summary: Summary) -> str:
    """Text of `summary.md`: the matrix of cases and rungs, then each case that is not green.

    It fits a review comment of 65 536 characters.
    """
    from harness.report.panels import matrix  # loads all judges, which a session that only collects tests does not need

    cases = summary.cases
    rungs = matrix.rungs_of(cases)
    not_green = [case for case in cases if case.status != "pass"]
    overridden_checks = [(case.id, check) for case in cases for check in case.checks if check.origin == OVERRIDE]
    return templates.render(
        "summary.md",
        summary=summary,
        **notices(cases),
        left_out=left_out(cases),
        stored=[case.id for case in cases if from_store(case)],
        rungs=rungs,
        rows=[(case, worst_check(case), _cells(matrix.by_rung(case), rungs)) for case in cases],
        not_green=[(case, *_failed_checks(case, max(1, MOST_CHECKS // len(not_green)))) for case in not_green],
        tightest=_checks((case.id, worst) for case in cases if (worst := worst_check(case))),
        overridden=len(overridden_checks),
        overridden_checks=_checks(overridden_checks[:MOST_CHECKS]),
    )


def _cells(by_rung: Mapping[str, Sequence[Check]], rungs: Sequence[str]) -> list[str]:
    """The sign of the worst status of each rung; empty for a rung that the case was not judged on."""
    statuses = [{check.status for check in by_rung.get(rung, ())} for rung in rungs]
    return [next((formatting.SIGNS[status] for status in SEVERITY if status in some), "") for some in statuses]


def _failed_checks(case: CaseSummary, most: int) -> tuple[str, Table]:
    """How many checks of a case did not pass, as a title, and a table of the first `most` of them."""
    wrong = [check for check in case.checks if check.status not in ("pass", "skipped")]
    rest = f", the first {most}" if len(wrong) > most else ""
    return f"{len(wrong)} checks did not pass{rest}", _checks((case.id, check) for check in wrong[:most])


def _checks(rows: Iterable[tuple[str, Check]]) -> Table:
    """A table with one row for each pair of case id and check."""
    return Table.of(CHECKS, (_row(case, check) for case, check in rows))


def _row(case: str, check: Check) -> tuple[object, ...]:
    values = (check.value, check.limit, check.margin, formatting.share_of_limit(check.margin))
    name, message = f"{check.rung}.{check.name}", formatting.clipped(check.message)
    return case, name, check.status, *values, check.origin, message
