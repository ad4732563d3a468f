"""`history`: the trainings of a hub in figures, and which metric broke first."""

from collections.abc import Iterator

import typer

from harness.cli.common import Hub, Json, case_lines, tell
from harness.records.history import HistorySummary
from harness.report.telemetry import history as tool
from harness.report.telemetry.cases import NotRun, SideRecords, over_hub


def history(root: Hub, as_json: Json = False) -> None:
    """Print the least, largest and last value of every metric, and the first epoch in which it is NaN or Inf.

    Writes train_outputs/history_summary.json and training_summary.md of each side, and warns of a training that
    broke. Exit status 1 when one did.

    Example: python -m harness history reports/latest
    """
    found = over_hub(root, tool.write)
    warnings = [
        warning
        for case in found
        if not isinstance(case, NotRun)
        for warning in tool.warnings(case.case, {name: side.first_nonfinite for name, side in case.sides.items()})
    ]
    tell(found, [*case_lines(found, _lines), *warnings], as_json)
    raise typer.Exit(1 if warnings else 0)


def _lines(case: SideRecords[HistorySummary]) -> Iterator[str]:
    for backend, figures in case.sides.items():
        yield f"{case.case}, {backend}: {figures.epochs} epochs, {figures.steps} steps"
        yield tool.table(figures).text()
    yield from (f"{case.case}, {name}: {reason}" for name, reason in case.reasons.items())
