"""`judge`: judges a hub again, from its files."""

from collections.abc import Sequence

import typer

from harness import formatting
from harness.cli.common import Hub, Json, print_result
from harness.errors import HarnessError
from harness.judge import ladder
from harness.judge.verdict import RED, Status
from harness.records.record import Record
from harness.records.summary import CaseSummary
from harness.records.verdict import VerdictRecord
from harness.report import case_files, summary
from harness.report.case_files import CaseFiles
from harness.session import case_runner, hub
from harness.session.notes import by_severity


class JudgedRung(VerdictRecord):
    """Verdict on one rung as it is judged now, beside the status that the hub recorded."""

    recorded: Status


class JudgedCase(Record):
    """One case as `judge --json` prints it."""

    id: str
    rungs: tuple[JudgedRung, ...]
    summary: CaseSummary | None
    """None for a case that was planned and is gone."""


def judge(root: Hub, as_json: Json = False) -> None:
    """Judge every planned rung of a hub again, with the ledger of today; nothing is trained and nothing written.

    Limits that the scenarios or the command line stated then still hold. What the session planned and the hub no longer
    holds is an error. With --json each case also comes as
    summary.json holds it, every figure computed again from the files.

    Exit status 1 when a rung is red.

    Example: python -m harness judge reports/latest
    """
    planned = hub.planned(root)
    cases = [_judged(case, planned.get(case.folder.name, ())) for case in case_files.of_hub(root)]
    cases += [_lost(name, planned[name] or tuple(ladder.JUDGES)) for name in hub.lost_cases(root)]
    if not cases:
        raise HarnessError(f"{root}: names no case: there is nothing to judge.")
    header = ("case", "rung", "status", "recorded", "margin", "check with the least margin")
    table = formatting.table(header, [row for case in cases for row in _rows(case)])
    print_result(cases, [table, *_gone(cases)], as_json)
    raise typer.Exit(1 if any(rung.status in RED for case in cases for rung in case.rungs) else 0)


def _judged(case: CaseFiles, planned: Sequence[str]) -> JudgedCase:
    folder = case.folder
    verdicts = [case_runner.judge(folder, rung) for rung in case.plan.rungs]
    rungs = [
        JudgedRung(rung=now.rung, status=now.status, checks=now.checks, recorded=then.status)
        for now, then in zip(verdicts, case.verdicts, strict=True)
    ]
    rungs += [_lost_rung(folder.name, rung) for rung in planned if rung not in case.plan.rungs]
    metrics, localisation = case_runner.comparison_metrics(folder), case_runner.localisation(folder, verdicts)
    found = summary.summarise(case, verdicts, metrics, localisation)
    return JudgedCase(id=folder.name, rungs=tuple(rungs), summary=found)


def _lost(name: str, planned: Sequence[str]) -> JudgedCase:
    return JudgedCase(id=name, rungs=tuple(_lost_rung(name, rung) for rung in planned), summary=None)


def _lost_rung(name: str, rung: str) -> JudgedRung:
    now = case_runner.lost(name, rung)
    return JudgedRung(rung=rung, status=now.status, checks=now.checks, recorded=now.status)


def _gone(cases: Sequence[JudgedCase]) -> list[str]:
    """A sentence for each case that is gone."""
    return [case.rungs[0].checks[0].message for case in cases if case.summary is None]


def _rows(case: JudgedCase) -> list[list[str]]:
    rows = []
    for rung in case.rungs:
        worst = min(rung.checks, key=by_severity, default=None)
        margin = formatting.number(worst.margin if worst else None)
        rows.append([case.id, rung.rung, rung.status, rung.recorded, margin, worst.name if worst else ""])
    return rows
