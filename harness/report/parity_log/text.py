"""Writes a parity log as JSON, as Markdown tables of every data set, and the statistics of the probes as CSV."""

import csv
import io
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.files import write_json, write_text
from harness.records.summary import SideBaseline
from harness.report.parity_log.log import STAGES
from harness.report.parity_log.statistics import PERCENTILES, STATISTICS
from harness.report.tables import RESULTS, Table, result_rows

PROBE_HEADER = ("name", "nphotons", "part", *PERCENTILES, "l2_norm")


def write(folder: Path, log: Mapping[str, Any]) -> None:
    """Write `parity_log.json`, `parity_log.md` and `probe.csv` into a folder."""
    write_json(folder / layout.PARITY_LOG, log)
    write_text(folder / layout.PARITY_LOG_TEXT, markdown(log))
    write_text(folder / layout.PROBE_TABLE, probe_csv(log))


def markdown(log: Mapping[str, Any]) -> str:
    """The parity log in Markdown, one section for each data set, by rising dose."""
    return templates.render("parity_log.md", log=log, tables=_tables)


def _tables(one: Mapping[str, Any]) -> dict[str, Table]:
    """The tables of one data set by title."""
    arrays = one["file"]["arrays"].items()
    shapes = ((name, " x ".join(map(str, held["shape"])), held["dtype"]) for name, held in arrays)
    found = {
        "Arrays": Table.of(("array", "shape", "type"), shapes),
        "Diffraction amplitude": _stages(one),
        "Probe": Table.of(PROBE_HEADER[2:], (row[2:] for row in _probe_rows(one))),
    }
    sides = {side: SideBaseline.parse(held, layout.PARITY_LOG) for side, held in (one["baseline"] or {}).items()}
    return found | ({"Baseline": Table.of(RESULTS, result_rows(sides))} if sides else {})


def _stages(one: Mapping[str, Any]) -> Table:
    held = [(name, one[name]) for name in STAGES if one[name]]
    rows = [(name, *(stage[statistic] for statistic in STATISTICS), stage.get("unique_scans"), stage.get("patterns"))
            for name, stage in held]  # fmt: skip
    return Table.of(("stage", *STATISTICS, "unique scans", "patterns"), rows)


def probe_csv(log: Mapping[str, Any]) -> str:
    """The statistics of the probes as CSV: one row for each data set and part (amplitude, phase)."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(PROBE_HEADER)
    for one in log["datasets"]:
        writer.writerows(_probe_rows(one))
    return text.getvalue()


def _probe_rows(one: Mapping[str, Any]) -> Iterator[tuple[Any, ...]]:
    for part in ("amplitude", "phase"):
        levels = (one["probe"][part][level] for level in PERCENTILES)
        yield (one["name"], one["nphotons"], part, *levels, one["probe"]["l2_norm"])
