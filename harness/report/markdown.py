"""The summary in words: the line of a case on the terminal, and `summary.md` for a review comment."""

from collections.abc import Iterator, Sequence

from harness import formatting
from harness.judge.verdict import SEVERITY, UNCALIBRATED, Check, tightest
from harness.records.summary import CaseSummary, Summary
from harness.report.tables import cell_of

MOST_CHECKS = 100
"""Rows of checks that did not pass, over all cases: a review comment holds 65 536 characters."""
LONGEST = 240
"""Characters of a message in a row; the page of the case has all of it."""
OVERRIDE = "override"


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
    return f", nearest to its limit: {worst.rung}.{worst.name}, which uses {formatting.used(worst.margin)} of it"


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


def page(summary: Summary) -> str:
    """`summary.md`: the matrix, then what is not green; it fits a review comment of 65 536 characters."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: Summary) -> Iterator[str]:
    totals = summary.totals
    yield f"# Parity session {summary.hub}"
    yield ""
    if summary.finished is None:
        yield "**This session has not come to its end.** What is not judged below was not reached."
        yield ""
    yield (
        f"{totals.cases} cases, {totals.checks} checks: {totals.passed} passed, {totals.failed} failed, "
        f"{totals.errors} errors, {totals.inconclusive} inconclusive, {totals.skipped} skipped"
        + ("." if summary.duration_s is None else f"; {formatting.seconds(summary.duration_s)}.")
    )
    yield ""
    yield from _notices(summary)
    yield ""
    yield from _matrix(summary.cases)
    not_green = [case for case in summary.cases if case.status != "pass"]
    for case in not_green:
        yield from _not_green(case, max(1, MOST_CHECKS // len(not_green)))
    yield from _tightest(summary.cases)


def _notices(summary: Summary) -> Iterator[str]:
    if sentence := injected(summary.cases):
        yield f"- **{cell_of(sentence)}**"
    for override in overrides(summary.cases):
        yield f"- Overridden on the command line: `{cell_of(override)}`"
    if sentence := uncalibrated(summary.cases):
        yield f"- {cell_of(sentence)}"
    for sentence in left_out(summary.cases):
        yield f"- {cell_of(_clipped(sentence))}"
    if stored := [case.id for case in summary.cases if from_store(case)]:
        yield f"- From the store, nothing was run: {', '.join(stored)}"


def _matrix(cases: Sequence[CaseSummary]) -> Iterator[str]:
    from harness.judge import ladder  # brings all judges, for whom a session that only collects should not wait

    found = {check.rung for case in cases for check in case.checks}
    rungs = [rung for rung in ladder.RUNGS if rung in found]
    yield "| case | status | lowest red rung | worst margin | " + " | ".join(rungs) + " |"
    yield "| --- | --- | --- | --- |" + " :-: |" * len(rungs)
    for case in cases:
        worst = worst_check(case)
        words = (
            case.id,
            case.status,
            case.lowest_red_rung or formatting.ABSENT,
            formatting.number(worst and worst.margin),
        )
        yield "| " + " | ".join([*words, *(_sign(case, rung) for rung in rungs)]) + " |"
    yield ""
    yield ", ".join(f"{sign} {status}" for status, sign in formatting.SIGNS.items())


def _sign(case: CaseSummary, rung: str) -> str:
    statuses = {check.status for check in case.checks if check.rung == rung}
    return next((formatting.SIGNS[status] for status in SEVERITY if status in statuses), "")


def _not_green(case: CaseSummary, most: int) -> Iterator[str]:
    """What is wrong in one sentence, and folded below it the first checks that did not pass."""
    yield ""
    yield f"## {case.id}: {case.status}" + (f" at {case.lowest_red_rung}" if case.lowest_red_rung else "")
    yield ""
    yield cell_of(_clipped(case.diagnosis))
    wrong = [check for check in case.checks if check.status not in ("pass", "skipped")]
    if wrong:
        rest = f", the first {most}" if len(wrong) > most else ""
        yield from _folded(f"{len(wrong)} checks did not pass{rest}", [(case.id, check) for check in wrong[:most]])


def _tightest(cases: Sequence[CaseSummary]) -> Iterator[str]:
    """Folded: the check of each case with the least margin, and every check whose limit was overridden."""
    if rows := [(case.id, worst) for case in cases if (worst := worst_check(case))]:
        yield from _folded("Tightest check of each case", rows)
    given = [(case.id, check) for case in cases for check in case.checks if check.origin == OVERRIDE]
    if given:
        yield from _folded(f"{len(given)} limits were overridden", given[:MOST_CHECKS])


def _folded(title: str, rows: Sequence[tuple[str, Check]]) -> Iterator[str]:
    yield from ("", f"<details><summary>{title}</summary>", "")
    yield "| case | check | status | value | limit | margin | used | origin | message |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for case, check in rows:
        figures = " | ".join(formatting.number(figure) for figure in (check.value, check.limit, check.margin))
        yield (
            f"| {case} | {cell_of(check.rung + '.' + check.name)} | {check.status} | {figures} "
            f"| {formatting.used(check.margin)} | {cell_of(check.origin)} "
            f"| {cell_of(_clipped(check.message))} |"
        )
    yield from ("", "</details>")


def _clipped(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 4] + " ..."
