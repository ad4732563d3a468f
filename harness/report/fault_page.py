"""The page of the injected faults: which rung caught each, how small each may be, and how often nothing was wrong.

A folder `faults` of a hub, or any other folder, holds whichever of these was measured; `index.html` and `faults.md`
show it:

- `matrix.json`, of `faults run --hub`: the shares, and a row a trial (`fault_matrix.row`);
- `sensitivity.json`, of `faults sensitivity --hub`: a bracket of sizes a fault and side (`sensitivity.row`);
- `false_alarms.json`, of `benchmarks/clean_runs.py --hub`: clean comparisons, how many were red, and the interval.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.files import read_json, write_json, write_text
from harness.judge import ladder
from harness.records.summary import Summary
from harness.report import case_files, fault_text, pages
from harness.session import manifest


def add(root: Path, name: str, value: Any) -> Path:
    """Write one of the files to the `faults` folder of a hub, and the pages anew; returns the one in HTML.

    A hub that has its manifest gets another, which lists the new files, and a link on the page of its session.
    """
    folder = root / layout.FAULTS
    write_json(folder / name, value)
    context = _context({path.name: read_json(path) for path in folder.glob("*.json")})
    page, in_hub = root / pages.FAULTS, (root / layout.MANIFEST).is_file()
    above = "session" if in_hub else "the night" if (root / layout.NIGHT).is_file() else None
    day = datetime.now(UTC).strftime("%Y-%m-%d")
    write_text(page, templates.render("faults/faults.html", above=above, text=fault_text, **context))
    write_text(folder / layout.FAULTS_TEXT, templates.render("faults/faults.md", day=day, text=fault_text, **context))
    if in_hub:
        pages.write_session(root, Summary.read(root / layout.SUMMARY), case_files.of_hub(root))
        manifest.write(root)
    return page


def _context(held: Mapping[str, Any]) -> dict[str, Any]:
    matrix = held.get(layout.FAULT_MATRIX, {"trials": []})
    rungs = [rung for rung in ladder.RUNGS if any(rung in trial["judged"] for trial in matrix["trials"])]
    return {
        "shares": matrix.get("shares"),
        "rungs": rungs,
        "trials": [{**trial, "cells": [_cell(trial, rung) for rung in rungs]} for trial in _merged(matrix["trials"])],
        "brackets": held.get(layout.FAULT_SENSITIVITY, []),
        "alarms": held.get(layout.FALSE_ALARMS),
    }


def _merged(trials: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those that were not as expected first; a fault that does the same in both sides is one row."""
    for _, of_fault in groupby(sorted(trials, key=_place), key=_place):
        found = list(of_fault)
        if len(found) > 1 and all(one["red"] == found[0]["red"] for one in found):
            yield {**found[0], "sides": "both"}
        else:
            yield from ({**one, "sides": one["backend"]} for one in found)


def _place(trial: Mapping[str, Any]) -> tuple[bool, str]:
    return trial["as_expected"], trial["fault"]


def _cell(trial: Mapping[str, Any], rung: str) -> str:
    if rung not in trial["judged"]:
        return ""
    if rung not in trial["red"]:
        return "green"
    return "first" if rung == trial["lowest_red_rung"] else "red"
