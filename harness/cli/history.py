"""`history`: the trainings of a hub in figures, and which metric broke first."""

import typer

from harness.cli.common import Hub, Json, print_json
from harness.records.history import HistorySummary
from harness.report.telemetry import history as tool
from harness.report.telemetry.cases import NotRun, OfSides, over_hub


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
    if as_json:
        print_json(found)
    else:
        for case in found:
            typer.echo("\n".join(_lines(case)))
        for warning in warnings:
            typer.echo(warning)
    raise typer.Exit(1 if warnings else 0)


def _lines(case: OfSides[HistorySummary] | NotRun) -> list[str]:
    if isinstance(case, NotRun):
        return [f"{case.case}: {case.message}"]
    lines = []
    for backend, figures in case.sides.items():
        lines += [f"{case.case}, {backend}: {figures.epochs} epochs, {figures.steps} steps"]
        lines += [tool.table(figures).text()]
    return lines + [f"{case.case}, {name}: {reason}" for name, reason in case.reasons.items()]
