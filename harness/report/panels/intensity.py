"""How bright the data of each side are, stage by stage, as `<backend>/stages.json` has it."""

from collections.abc import Sequence
from pathlib import Path
from typing import TypedDict

from harness import layout
from harness.judge.intensity import STAGES
from harness.records.record import Number
from harness.records.stages import StagesRecord
from harness.report.telemetry import stages

COLUMNS = ("mean", "ratio", "symmetry")


class Chains(TypedDict):
    """Of each side the verdict on its symmetry, and a row a stage with `COLUMNS` of every side."""

    verdicts: dict[str, str]
    rows: list[tuple[str, list[Number | None]]]


def chains(folder: Path, backends: Sequence[str]) -> Chains | None:
    """The chains of a case; None where no side has the file. A figure is None where a side lacks the stage."""
    held = {name: StagesRecord.read_if_whole(folder / name / layout.TELEMETRY) for name in backends}
    found = {name: record for name, record in held.items() if record is not None}
    if not found:
        return None
    steps = [stages.steps(record) for record in found.values()]
    return {
        "verdicts": {name: stages.verdict(record) for name, record in found.items()},
        "rows": [(stage, [side.get(stage, {}).get(key) for side in steps for key in COLUMNS]) for stage in STAGES],
    }
