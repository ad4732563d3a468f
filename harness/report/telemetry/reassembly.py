"""`reassembly/reassembly.json` and `.md` of a case: whether the canvas is large enough for the patches on it."""

from functools import partial
from pathlib import Path

from harness import layout, templates
from harness.files import plain, write_text
from harness.judge import reassembly
from harness.records.reassembly import PlacementRecord, ReassemblyRecord
from harness.report.case_files import CaseFiles
from harness.report.tables import Table
from harness.report.telemetry.cases import collect

JSON, TEXT = Path(layout.REASSEMBLY, layout.REASSEMBLY_PLACEMENTS), Path(layout.REASSEMBLY, layout.REASSEMBLY_TEXT)
HEADER = (
    "what", "patches", "x from", "x to", "y from", "y to", "canvas", "required", "fits", "padded sum", "required sum",
    "lost",
)  # fmt: skip


def write(case: CaseFiles) -> ReassemblyRecord:
    """Write both files of a case; returns the contents of the JSON file."""
    folder, evidence = case.folder, case.evidence
    halves, no_halves = collect(reassembly.HALVES, partial(reassembly.of_half, evidence), folder)
    sides, no_sides = collect(evidence.backends, partial(reassembly.of_side, evidence), folder)
    found = {
        "case": folder.name,
        "N": evidence.scenario.dataset.N,
        "unit": "pixels",
        "halves": halves,
        "sides": sides,
        "reasons": no_halves | no_sides,
    }
    record = ReassemblyRecord.parse(plain(found), JSON)
    record.write(folder / JSON)
    write_text(folder / TEXT, templates.render("telemetry/reassembly.md", record=record, rows=table(record)))
    return record


def fits(record: ReassemblyRecord) -> bool:
    """Whether all stitched patches fit their canvas; False if a side stitched nothing."""
    return not record.reasons and all(side.fits_canvas for side in record.sides.values())


def table(record: ReassemblyRecord) -> Table:
    """A table with one row for each half of the scan and each side."""
    named = {f"{half} half": found for half, found in record.halves.items()} | record.sides
    return Table.of(HEADER, (_row(name, found) for name, found in named.items()))


def _row(name: str, found: PlacementRecord) -> list[object]:
    offsets = [found.offsets[axis][end] for axis in "xy" for end in ("min", "max")]
    canvas = [found.size, found.required, found.fits_canvas]
    sums = [f"{total:.1f}" for total in (found.padded_sum, found.required_sum)]
    return [name, found.patches, *offsets, *canvas, *sums, found.loss_fraction]
