"""The page of the injected faults: the rung that caught each, the smallest size caught, and the false alarms.

The folder `faults` of a hub, or of any other folder, holds those of these files that were measured; `index.html` and
`faults.md` beside them show their contents:

- `matrix.json`, written by `faults run --hub`: counts, and one row for each trial (`fault_matrix.row`);
- `sensitivity.json`, written by `faults sensitivity --hub`: for each fault and side the smallest size caught and the
  largest missed (`sensitivity.row`);
- `real.json`, written by `faults run --real --hub`: what became of each real bug (`real_bugs.record`), with
  `real.html` and `real-bugs.md`;
- `false_alarms.json`, written by `benchmarks/clean_runs.py --hub`: clean comparisons, how many were red, and
  the confidence interval of their rate.
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
from harness.report import case_files, fault_text, pages, real_text
from harness.session import manifest


def add(root: Path, name: str, value: Any) -> Path:
    """Write one JSON file into the folder `faults` of a hub, and both pages again; returns the path of `index.html`.

    If the hub has a manifest already, the manifest and the page of the session are written again, so that they list the
    new files.

    Args:
        root: the hub, or any other folder.
        name: name of the JSON file, such as `matrix.json`.
        value: its contents.
    """
    require_unchanged(root)
    folder = root / layout.FAULTS
    write_json(folder / name, value)
    context = _context({path.name: read_json(path) for path in folder.glob("*.json")})
    page = root / pages.FAULTS
    write_text(page, templates.render("faults/faults.html", above=_above(root), text=fault_text, **context))
    text = templates.render("faults/faults.md", day=_today(), text=fault_text, **context)
    write_text(folder / layout.FAULTS_TEXT, text)
    _list_again(root)
    return page


def add_real(root: Path, record: Any) -> Path:
    """Write what became of the real bugs into the folder `faults` of a hub, with its pages; as `add`.

    Returns the path of `real.html`; `real-bugs.md` is beside it.
    """
    require_unchanged(root)
    folder, page = root / layout.FAULTS, root / pages.REAL_BUGS
    write_json(folder / layout.REAL_BUGS, record)
    trials = sorted(real_text.merged(record["trials"]), key=lambda one: not real_text.is_open(one))
    context = {"figures": record["figures"], "trials": trials, "text": real_text}
    write_text(page, templates.render("faults/real.html", above=_above(root), **context))
    write_text(folder / layout.REAL_BUGS_TEXT, templates.render("faults/real.md", day=_today(), **context))
    _list_again(root)
    return page


def require_unchanged(root: Path) -> None:
    """Raise HarnessError for a hub that is not as its session left it, whose manifest would be written anew."""
    if (root / layout.SESSION).is_file():
        manifest.require_signed(root)


def _above(root: Path) -> str | None:
    """What lies above the pages: a session, a night, or nothing."""
    in_hub = (root / layout.MANIFEST).is_file()
    return "session" if in_hub else "the night" if (root / layout.NIGHT).is_file() else None


def _today() -> str:
    return datetime.now(UTC).strftime("%Y-%m-%d")


def _list_again(root: Path) -> None:
    """Write the page and the manifest of a hub again, so that they list the new files."""
    if (root / layout.MANIFEST).is_file():
        pages.write_session(root, Summary.read(root / layout.SUMMARY), case_files.of_hub(root))
        manifest.write(root)


def _context(files: Mapping[str, Any]) -> dict[str, Any]:
    """What the templates show, from the contents of the JSON files by name."""
    matrix = files.get(layout.FAULT_MATRIX, {"trials": []})
    rungs = [rung for rung in ladder.RUNGS if any(rung in trial["judged"] for trial in matrix["trials"])]
    return {
        "shares": matrix.get("shares"),
        "rungs": rungs,
        "trials": [{**trial, "cells": [_cell(trial, rung) for rung in rungs]} for trial in _merged(matrix["trials"])],
        "brackets": files.get(layout.FAULT_SENSITIVITY, []),
        "alarms": files.get(layout.FALSE_ALARMS),
    }


def _merged(trials: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    """The trials that went otherwise than expected, then the others; equal results in both sides make one row."""
    for _, of_fault in groupby(sorted(trials, key=_sort_key), key=_sort_key):
        found = list(of_fault)
        if len(found) > 1 and all(one["red"] == found[0]["red"] for one in found):
            yield {**found[0], "sides": "both"}
        else:
            yield from ({**one, "sides": one["backend"]} for one in found)


def _sort_key(trial: Mapping[str, Any]) -> tuple[bool, str]:
    return trial["as_expected"], trial["fault"]


def _cell(trial: Mapping[str, Any], rung: str) -> str:
    if rung not in trial["judged"]:
        return ""
    if rung not in trial["red"]:
        return "green"
    return "first" if rung == trial["lowest_red_rung"] else "red"
