"""How bright the data of each side are, stage by stage, as `<backend>/stages.json` has it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness.judge.intensity import STAGES
from harness.report import hub
from harness.report.telemetry import stages


def chains(folder: Path, backends: Sequence[str]) -> dict[str, Any] | None:
    """Of each side its steps by stage and the verdict on its symmetry; None where no side has the file."""
    held = {name: hub.read_optional(folder / name / stages.FILE, None) for name in backends}
    found = {name: record for name, record in held.items() if record is not None}
    if not found:
        return None
    cells = {name: stages.steps(record) for name, record in found.items()}
    return {
        "verdicts": {name: stages.verdict(record) for name, record in found.items()},
        "rows": [(stage, [cells[name].get(stage, {}) for name in found]) for stage in STAGES],
    }
