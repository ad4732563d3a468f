"""The mean amplitude of each side at every stage of the chain, from `<backend>/stages.json`."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from harness import layout
from harness.judge.intensity import STAGES
from harness.records.record import Number
from harness.records.stages import StagesRecord
from harness.report.telemetry import stages

COLUMNS = ("mean", "ratio", "symmetry")
"""Columns of the table for each side; `stages.steps` in `telemetry/` computes them."""


class IntensityTable(TypedDict):
    """The verdict on the symmetry of each side, and one row for each stage with the COLUMNS of all sides."""

    verdicts: dict[str, str]
    rows: list[tuple[str, list[Number | None]]]


def intensity_table(folder: Path, backends: Sequence[str]) -> IntensityTable | None:
    """The table of a case; None where no side has the file. A value is None where a side lacks the stage."""
    records = {name: StagesRecord.read_if_whole(folder / name / layout.TELEMETRY) for name in backends}
    found = {name: record for name, record in records.items() if record is not None}
    if not found:
        return None
    steps = [stages.steps(record) for record in found.values()]
    return {
        "verdicts": {name: stages.verdict(record) for name, record in found.items()},
        "rows": [(stage, [side.get(stage, {}).get(key) for side in steps for key in COLUMNS]) for stage in STAGES],
    }
