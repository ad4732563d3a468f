"""`history`: the metrics of every training of a hub, and which of them broke first."""

from collections.abc import Iterator

import typer

from harness.cli.common import Hub, Json, case_lines, print_result
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
    print_result(found, [*case_lines(found, _lines), *warnings], as_json)
    raise typer.Exit(1 if warnings else 0)


def _lines(case: SideRecords[HistorySummary]) -> Iterator[str]:
    for backend, summary in case.sides.items():
        yield f"{case.case}, {backend}: {summary.epochs} epochs, {summary.steps} steps"
        yield tool.table(summary).text()
    yield from (f"{case.case}, {name}: {reason}" for name, reason in case.reasons.items())
