"""`judge`: the verdicts of a hub once more, from its files."""

from pathlib import Path
from typing import Any

import typer

from harness import formatting
from harness.cli.common import Hub, Json, tell
from harness.judge.verdict import RED, RungVerdict
from harness.report import summary
from harness.session import case_runner, hub
from harness.session.notes import by_badness


def judge(root: Hub, as_json: Json = False) -> None:
    """Judge every planned rung of a hub again, with the ledger of today; nothing is trained and nothing written.

    Limits that the scenarios or the command line stated then still hold. With --json each case also comes as
    summary.json holds it, every figure computed again from the files.

    Exit status 1 when a rung is red.

    Example: python -m harness judge reports/latest
    """
    hub.read_session(root)
    cases = [_judged(folder) for folder in hub.case_folders(root)]
    header = ("case", "rung", "status", "recorded", "margin", "check with the least margin")
    tell(cases, [formatting.table(header, [row for case in cases for row in _rows(case)])], as_json)
    raise typer.Exit(1 if any(rung["status"] in RED for case in cases for rung in case["rungs"]) else 0)


def _judged(folder: Path) -> dict[str, Any]:
    verdicts = [case_runner.judge(folder, rung) for rung in hub.read_case(folder).rungs]
    rungs = [
        {**verdict.as_json(), "recorded": case_runner.recorded(folder, verdict.rung).status} for verdict in verdicts
    ]
    case = summary.summarised(folder, verdicts, case_runner.figures(folder), case_runner.parting(folder, verdicts))
    return {"id": folder.name, "rungs": rungs, "summary": case}


def _rows(case: dict[str, Any]) -> list[list[str]]:
    rows = []
    for rung in case["rungs"]:
        checks = sorted(RungVerdict.from_json(rung).checks, key=by_badness)
        worst = checks[0] if checks else None
        margin = formatting.number(worst.margin if worst else None)
        rows.append([case["id"], rung["rung"], rung["status"], rung["recorded"], margin, worst.name if worst else ""])
    return rows
