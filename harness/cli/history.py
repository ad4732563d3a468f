"""`history`: the trainings of a hub in figures, and which metric broke first."""

from collections.abc import Iterator
from typing import Any

import typer

from harness.cli.common import Hub, Json, case_lines, tell
from harness.report.telemetry import history as tool
from harness.report.telemetry.cases import over_hub


def history(root: Hub, as_json: Json = False) -> None:
    """Print the least, largest and last value of every metric, and the first epoch in which it is NaN or Inf.

    Writes train_outputs/history_summary.json and training_summary.md of each side, and warns of a training that
    broke. Exit status 1 when one did.

    Example: python -m harness history reports/latest
    """
    found = over_hub(root, tool.write)
    warnings = tool.warnings((case["case"], case["sides"]) for case in found if "sides" in case)
    tell(found, [*case_lines(found, _lines), *warnings], as_json)
    raise typer.Exit(1 if warnings else 0)


def _lines(case: dict[str, Any]) -> Iterator[str]:
    for backend, figures in case["sides"].items():
        yield f"{case['case']}, {backend}: {figures['epochs']} epochs, {figures['steps']} steps"
        yield tool.table(figures).text()
    yield from (f"{case['case']}, {name}: {reason}" for name, reason in case["reasons"].items())
