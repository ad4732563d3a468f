"""The matrix of a session: cases x rungs, the worst case first."""

from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from harness.judge import ladder
from harness.judge.verdict import SEVERITY
from harness.report import markdown
from harness.report.summary import jobs_of, worst
from harness.session import hub

GREEN = ("pass", "skipped")
_NO_MARGIN = float("inf")


def by_rung(case: dict[str, Any]) -> dict[str, list[dict[str, Any]]]:
    """The checks of a case under their rungs, in the ladder's order."""
    rungs: dict[str, list[dict[str, Any]]] = {}
    for check in case["checks"]:
        rungs.setdefault(check["rung"], []).append(check)
    return rungs


def rungs_of(cases: Iterable[dict[str, Any]]) -> list[str]:
    """The rungs that any case has, in the ladder's order."""
    found = {check["rung"] for case in cases for check in case["checks"]}
    return [rung for rung in ladder.RUNGS if rung in found]


def rows(root: Path, cases: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """One row a case: red ones first, then by the least margin that is left."""
    cases = list(cases)
    rungs = rungs_of(cases)
    return sorted((_row(root, case, rungs) for case in cases), key=_badness)


def _badness(row: dict[str, Any]) -> tuple[int, float, str]:
    return SEVERITY.index(row["case"]["status"]), row["margin"], row["case"]["id"]


def _row(root: Path, case: dict[str, Any], rungs: list[str]) -> dict[str, Any]:
    found, tightest = by_rung(case), markdown.worst_check(case)
    jobs = jobs_of(hub.case_folder(root, case["id"]))
    return {
        "case": case,
        "cells": [cell(rung, found.get(rung, [])) for rung in rungs],
        "worst": tightest,
        "margin": _NO_MARGIN if tightest is None else tightest["margin"],
        "seconds": sum(job.seconds or 0.0 for job in jobs if not job.cached),
        "from_store": markdown.from_store(case),
    }


def cell(rung: str, checks: list[dict[str, Any]], sides: Collection[str] = ()) -> dict[str, Any]:
    """Status of one rung of one case, what is worst in it, and how many checks it has; no status where not asked.

    Its message is that of the first check of this status, of one that names a side where there is any.
    """
    if not checks:
        return {"rung": rung, "status": None, "worst": None, "checks": 0, "wrong": 0, "message": ""}
    status = worst(check["status"] for check in checks)
    of_status = [check for check in checks if check["status"] == status]
    first = next((check for check in of_status if _side(check) in sides), of_status[0])
    with_margin = [check for check in checks if check["margin"] is not None]
    return {
        "rung": rung,
        "status": status,
        "worst": min(with_margin, key=lambda check: float(check["margin"]), default=None),
        "checks": len(checks),
        "wrong": sum(check["status"] not in GREEN for check in checks),
        "message": "" if status == "pass" else f"{first['name']}: {first['message']}",
    }


def off(checks: Iterable[dict[str, Any]], sides: Collection[str]) -> list[str]:
    """The sides that red checks of a rung name, held against the truth of their files; none where they only differ."""
    named = {_side(check) for check in checks if check["status"] in ("fail", "error")}
    return [side for side in sides if side in named]


def _side(check: dict[str, Any]) -> str:
    """The side that a check is about; of one that is about both, any other word."""
    side: str = check["name"].partition(".")[0]
    return side
