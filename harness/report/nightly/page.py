"""The page of a nightly run: every step with its status and result, and links to its hubs and its log."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness import formatting, layout, templates
from harness.files import write_text
from harness.judge.verdict import RED
from harness.records.summary import Summary
from harness.report import pages
from harness.session.nightly.night import log_of
from harness.session.nightly.steps import Step


def write(folder: Path, steps: Sequence[Step], state: Mapping[str, Any]) -> None:
    """Write `index.html` of a nightly run.

    Args:
        folder: folder of the nightly run.
        steps: its steps, in order.
        state: contents of its `nightly.json`.
    """
    records = state["steps"]
    rows = [_row(folder, step, records[step.name]) for step in steps]
    counts = {status: sum(row["status"] == status for row in rows) for status in formatting.SIGNS}
    context = {
        "name": folder.name,
        "started": state["started"],
        "rows": rows,
        "counts": counts,
        "trend": f"../{layout.INDEX}",
    }
    write_text(folder / layout.INDEX, templates.render("nightly.html", **context))


def _row(folder: Path, step: Step, record: Mapping[str, Any]) -> dict[str, Any]:
    return {
        **record,
        "name": step.name,
        "asks": step.purpose,
        "result": _result(folder, step, record["hubs"]) if record["exit_status"] is not None else "",
        "links": list(_links(folder, step, record["hubs"])),
    }


def _result(folder: Path, step: Step, hubs: Sequence[str]) -> str:
    """The result of a step in one line: what its session counted and did not pass, or the last line of its log."""
    if step.is_session:
        found = Summary.read_if_whole(folder / hubs[-1] / layout.SUMMARY)
        return "" if found is None else _result_of_session(found)
    log = folder / log_of(step.name)
    lines = log.read_text(encoding="utf-8", errors="replace").split("\n") if step.has_result else []
    return next((line for line in reversed(lines) if line.strip()), "")


def _result_of_session(found: Summary) -> str:
    counts = ", ".join(f"{count} {what}" for what, count in found.totals if count)
    wrong = [case for case in found.cases if case.status in (*RED, "inconclusive")]
    names = ", ".join(f"{case.id} ({case.lowest_red_rung or case.status})" for case in wrong)
    return f"{counts}. Not passed: {names}" if names else counts


def _links(folder: Path, step: Step, hubs: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Relative address and title of the pages of a step that exist: its hubs, newest first, faults page and log."""
    found = {name: f"{name}/{layout.INDEX}" for name in reversed(hubs)}
    if "--hub" in step.command:
        found |= {"real bugs": pages.REAL_BUGS} if "--real" in step.command else {"injected faults": pages.FAULTS}
    found["log"] = log_of(step.name)
    yield from ((address, name) for name, address in found.items() if (folder / address).is_file())
