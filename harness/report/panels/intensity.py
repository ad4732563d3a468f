"""How bright the data of each side are, stage by stage, as `<backend>/stages.json` has it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import layout
from harness.judge.intensity import STAGES
from harness.report.telemetry import stages
from harness.session import hub

COLUMNS = ("mean", "ratio", "symmetry")


def chains(folder: Path, backends: Sequence[str]) -> dict[str, Any] | None:
    """Of each side the verdict on its symmetry, and a row a stage with `COLUMNS` of every side.

    None where no side has the file; a figure is None where a side lacks the stage.
    """
    held = {name: hub.read_optional(folder / name / layout.TELEMETRY, None) for name in backends}
    found = {name: record for name, record in held.items() if record is not None}
    if not found:
        return None
    steps = [stages.steps(record) for record in found.values()]
    return {
        "verdicts": {name: stages.verdict(record) for name, record in found.items()},
        "rows": [(stage, [side.get(stage, {}).get(key) for side in steps for key in COLUMNS]) for stage in STAGES],
    }
