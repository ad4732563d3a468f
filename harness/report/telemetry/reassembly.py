"""`reassembly/reassembly.json` and `.md` of a case: does the canvas hold what is placed on it?"""

from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.files import plain, write_json, write_text
from harness.judge import reassembly
from harness.judge.evidence import Evidence
from harness.report.tables import Table
from harness.report.telemetry.cases import gathered

JSON, TEXT = Path(layout.REASSEMBLY, layout.REASSEMBLY_FIGURES), Path(layout.REASSEMBLY, layout.REASSEMBLY_TEXT)
HEADER = (
    "what", "patches", "x from", "x to", "y from", "y to", "canvas", "required", "fits", "padded sum", "required sum",
    "lost",
)  # fmt: skip


def write(evidence: Evidence) -> dict[str, Any]:
    """Write both files of a case; returns what the JSON holds."""
    folder = evidence.case_dir
    halves, no_halves = gathered(reassembly.HALVES, partial(reassembly.of_half, evidence), folder)
    sides, no_sides = gathered(evidence.backends, partial(reassembly.of_side, evidence), folder)
    record: dict[str, Any] = plain(
        {
            "case": folder.name,
            "N": evidence.scenario.dataset.N,
            "unit": "pixels",
            "halves": halves,
            "sides": sides,
            "reasons": no_halves | no_sides,
        }
    )
    write_json(folder / JSON, record)
    write_text(folder / TEXT, templates.render("telemetry/reassembly.md", record=record, rows=table(record)))
    return record


def fits(record: Mapping[str, Any]) -> bool:
    """Whether everything that was stitched fits its canvas; a side that stitched nothing has nothing that fits."""
    return not record["reasons"] and all(side["fits_canvas"] for side in record["sides"].values())


def table(record: Mapping[str, Any]) -> Table:
    """One row for each half of the scan and each side."""
    named = {f"{half} half": found for half, found in record["halves"].items()} | dict(record["sides"])
    return Table.of(HEADER, (_row(name, found) for name, found in named.items()))


def _row(name: str, found: Mapping[str, Any]) -> list[Any]:
    offsets = [found["offsets"][axis][end] for axis in "xy" for end in ("min", "max")]
    canvas = [found[key] for key in ("size", "required", "fits_canvas")]
    sums = [f"{found[key]:.1f}" for key in ("padded_sum", "required_sum")]
    return [name, found["patches"], *offsets, *canvas, *sums, found["loss_fraction"]]
