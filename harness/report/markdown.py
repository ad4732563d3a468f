"""The summary in words: the line of a case on the terminal, and `summary.md` for a review comment."""

from collections.abc import Iterator
from typing import Any

from harness.judge.verdict import UNCALIBRATED
from harness.report import show

RED = ("fail", "error")


def case_line(case: dict[str, Any]) -> str:
    """A case in one line: status, lowest red rung, worst margin and where it is, whether the store had everything."""
    words = [f"{case['id']}: {case['status'].upper()}"]
    if case["lowest_red_rung"]:
        words.append(f"lowest red rung {case['lowest_red_rung']}")
    if worst := worst_check(case):
        words.append(f"worst margin {show.figure(worst['margin'])} ({worst['rung']}.{worst['name']})")
    if case["status"] in ("error", "skipped", "inconclusive"):
        words.append(reason(case))
    return ", ".join(words) + (" (from the store)" if from_store(case) else "")


def worst_check(case: dict[str, Any]) -> dict[str, Any] | None:
    """The check with the smallest margin, if any has one."""
    with_margin = [check for check in case["checks"] if check["margin"] is not None]
    return min(with_margin, key=lambda check: float(check["margin"]), default=None)


def reason(case: dict[str, Any]) -> str:
    """Why a case has its status: the message of the first check that is as bad; empty for a passed case."""
    bad = (check for check in case["checks"] if check["status"] == case["status"] != "pass")
    return next((f"{check['rung']}.{check['name']}: {check['message']}" for check in bad), "")


def from_store(case: dict[str, Any]) -> bool:
    """Whether nothing was run: every result of both sides was in the store."""
    return all(backend["cached"] for backend in case["backends"].values())


def overrides(summary: dict[str, Any]) -> list[str]:
    """What was overridden on the command line, as `KEY=VALUE`."""
    return sorted({f"{key}={value}" for case in summary["cases"] for key, value in case["overrides"].items()})


def seeded(summary: dict[str, Any]) -> str:
    """A sentence on the fault that was seeded; empty where there is none."""
    found = {case["fault"] for case in summary["cases"] if case["fault"]}
    return f"seeded fault: {', '.join(sorted(found))}; this port was broken on purpose" if found else ""


def uncalibrated(summary: dict[str, Any]) -> str:
    """A sentence on the checks whose limits nobody measured on this class of device; empty where there are none."""
    found = [
        case["id"] for case in summary["cases"] for check in case["checks"] if check["message"].startswith(UNCALIBRATED)
    ]
    if not found:
        return ""
    cases = ", ".join(dict.fromkeys(found))
    return (
        f"{UNCALIBRATED}: {len(found)} checks say nothing, since nobody measured their limits on this class of device; "
        f"run python -m harness calibrate on it ({cases})"
    )


def warnings(summary: dict[str, Any]) -> list[str]:
    """What a reader of a terminal must know before the lines of the cases."""
    overridden = ", ".join(overrides(summary))
    found = [
        seeded(summary),
        f"overridden on the command line: {overridden}" if overridden else "",
        uncalibrated(summary),
    ]
    return [f"warning: {sentence}" for sentence in found if sentence]


def page(summary: dict[str, Any]) -> str:
    """`summary.md`."""
    return "\n".join(_lines(summary)) + "\n"


def _lines(summary: dict[str, Any]) -> Iterator[str]:
    totals = summary["totals"]
    yield f"# Parity session {summary['hub']}"
    yield ""
    if summary["finished"] is None:
        yield "**This session has not come to its end.** What is not judged below was not reached."
        yield ""
    yield (
        f"{totals['cases']} cases, {totals['checks']} checks: {totals['passed']} passed, {totals['failed']} failed, "
        f"{totals['errors']} errors, {totals['inconclusive']} inconclusive, {totals['skipped']} skipped."
    )
    yield ""
    if sentence := seeded(summary):
        yield f"- **{_cell(sentence)}**"
    for override in overrides(summary):
        yield f"- Overridden on the command line: `{_cell(override)}`"
    if sentence := uncalibrated(summary):
        yield f"- {_cell(sentence)}"
    yield ""
    yield from _case_table(summary["cases"])
    for case in summary["cases"]:
        yield from _case_section(case)


def _case_table(cases: list[dict[str, Any]]) -> Iterator[str]:
    yield "| case | status | lowest red rung | worst margin | check | from the store |"
    yield "| --- | --- | --- | --- | --- | --- |"
    for case in cases:
        worst = worst_check(case) or {"margin": None, "rung": "", "name": show.ABSENT}
        yield (
            f"| {case['id']} | {case['status']} | {case['lowest_red_rung'] or show.ABSENT} "
            f"| {show.figure(worst['margin'])} | {_cell((worst['rung'] + '.' + worst['name']).lstrip('.'))} "
            f"| {show.figure(from_store(case))} |"
        )


def _case_section(case: dict[str, Any]) -> Iterator[str]:
    yield ""
    yield f"## {case['id']}: {case['status']}"
    yield ""
    if why := reason(case):
        yield _cell(why)
        yield ""
    yield "| rung | check | status | value | limit | margin | used | origin | message |"
    yield "| --- | --- | --- | --- | --- | --- | --- | --- | --- |"
    for check in case["checks"]:
        figures = " | ".join(show.figure(check[name]) for name in ("value", "limit", "margin"))
        yield (
            f"| {check['rung']} | {_cell(check['name'])} | {check['status']} | {figures} "
            f"| {show.used(check['margin'])} | {_cell(check['origin'])} | {_cell(check['message'])} |"
        )


def _cell(text: str) -> str:
    """Text that cannot break out of a table cell, nor be read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace("|", "\\|").replace("\n", " ")
