"""The page of the seeded faults: which rung caught each, how small each may be, and how often nothing was wrong.

A folder `faults` of a hub, or any other folder, holds whichever of these was measured, and `index.html` shows it:

- `matrix.json`, of `faults run --hub`: the shares, and a row a trial (`fault_matrix.row`);
- `sensitivity.json`, of `faults sensitivity --hub`: a bracket of sizes a fault and side (`sensitivity.row`);
- `false_alarms.json`, of `benchmarks/clean_runs.py --hub`: clean comparisons, how many were red, and the interval.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.files import read_json, write_json, write_text
from harness.judge import ladder
from harness.report import html, manifest, pages

FOLDER = "faults"
MATRIX, SENSITIVITY, FALSE_ALARMS = "matrix.json", "sensitivity.json", "false_alarms.json"


def add(root: Path, name: str, value: Any) -> Path:
    """Write one of the files to the `faults` folder of a hub, and the page anew; returns the page.

    A hub that has its manifest gets another, which lists the new files, and a link on the page of its session.
    """
    folder = root / FOLDER
    write_json(folder / name, value)
    held = {path.name: read_json(path) for path in folder.glob("*.json")}
    page, in_hub = root / pages.FAULTS, (root / manifest.MANIFEST).is_file()
    write_text(page, html.render("faults.html", in_hub=in_hub, **_context(held)))
    if in_hub:
        pages.write_session(root, read_json(root / "summary.json"))
        manifest.write(root)
    return page


def _context(held: Mapping[str, Any]) -> dict[str, Any]:
    matrix = held.get(MATRIX, {"trials": []})
    rungs = [rung for rung in ladder.RUNGS if any(rung in trial["judged"] for trial in matrix["trials"])]
    return {
        "shares": matrix.get("shares"),
        "rungs": rungs,
        "trials": [{**trial, "cells": [_cell(trial, rung) for rung in rungs]} for trial in _sorted(matrix["trials"])],
        "brackets": held.get(SENSITIVITY, []),
        "alarms": held.get(FALSE_ALARMS),
    }


def _sorted(trials: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those that were not as expected first."""
    return sorted(trials, key=lambda trial: (trial["as_expected"], trial["fault"], trial["backend"]))


def _cell(trial: Mapping[str, Any], rung: str) -> str:
    if rung not in trial["judged"]:
        return ""
    if rung not in trial["red"]:
        return "green"
    return "first" if rung == trial["lowest_red_rung"] else "red"
