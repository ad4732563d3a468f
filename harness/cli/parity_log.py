"""`parity-log`: statistics of the data of every dose and of every stage of a run, and where two of them differ."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import layout
from harness.cli.common import Hub, Json, print_result, said_if_unverified
from harness.files import read_json
from harness.report.parity_log import compare as comparing
from harness.report.parity_log import log, text
from harness.report.parity_log.difference import Comparison, Difference
from harness.report.tables import Table
from harness.report.telemetry import stages as telemetry
from harness.report.telemetry.cases import NotRun, over_hub

HEADER = ("of", "stage", "figure", "A", "B", "relative difference", "limit")

app = typer.Typer(
    help="Statistics of the data sets of a dose study, and of a run, stage by stage.", no_args_is_help=True
)


@app.command()
def write(
    folder: Annotated[Path, typer.Argument(help="A hub, or a folder of NPZ files.", callback=said_if_unverified)],
    to: Annotated[Path, typer.Option("--to", help="Folder for parity_log.json, .md and probe.csv.")] = Path(),
    limit: Annotated[int | None, typer.Option("--limit-datasets", min=1, help="Only the first so many doses.")] = None,
    as_json: Json = False,
) -> None:
    """Write digests, shapes, statistics of every stage, probe, parameters and baseline of every dose.

    Example: python -m harness parity-log write reports/latest --to study
    """
    found = log.of_folder(folder, limit)
    text.write(to, found)
    print_result(found, [f"{to / layout.PARITY_LOG}: {len(found['datasets'])} data sets"], as_json)


@app.command()
def stages(root: Hub, as_json: Json = False) -> None:
    """Follow every run of a hub from what was measured to what was predicted.

    Writes stages.json of each side. Exit status 1 when a chain is not symmetric, or could not be followed to its end.

    Example: python -m harness parity-log stages reports/latest
    """
    found = over_hub(root, telemetry.write)
    runs = [(case.case, *side) for case in found if not isinstance(case, NotRun) for side in case.sides.items()]
    lines = [f"{case.case}: {case.message}" for case in found if isinstance(case, NotRun)]
    for name, backend, side in runs:
        lines.append(f"{name}, {backend}: {telemetry.verdict(side)}\n{telemetry.table(side).text()}")
    print_result(found, lines, as_json)
    raise typer.Exit(0 if all(telemetry.is_symmetric(side) for _, _, side in runs) else 1)


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A parity_log.json, or the stages.json of a run.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another of the same kind, from here or elsewhere.")],
    as_json: Json = False,
) -> None:
    """Hold two logs, or two runs, against each other, stage by stage, and name the first stage beyond its limit.

    What one of them lacks is told and not compared. Exit status 1 when a stage is beyond its limit.

    Example: python -m harness parity-log compare study/parity_log.json other/parity_log.json
    """
    found = comparing.compare(read_json(first), read_json(second))
    rows = [(one.where, one.stage, one.statistic, one.first, one.second, one.relative, one.limit)
            for one in found.differences]  # fmt: skip
    entries = [dict(zip(HEADER, row, strict=True)) for row in rows]
    record = {"figures": entries, "missing": found.missing, "first_beyond": _named(found.first_beyond)}
    print_result(record, _lines(found, rows), as_json)
    raise typer.Exit(1 if found.first_beyond else 0)


def _lines(found: Comparison, rows: list[tuple[Any, ...]]) -> Iterator[str]:
    first = 0 if any(one.where for one in found.differences) else 1
    yield Table.of(HEADER[first:], [row[first:] for row in rows]).text()
    yield from (f"not compared: {missing}" for missing in found.missing)
    first_beyond = _named(found.first_beyond)
    yield f"first beyond its limit: {first_beyond}" if first_beyond else "nothing that was compared is beyond its limit"


def _named(found: Difference | None) -> str | None:
    return ", ".join(filter(None, (found.stage, found.statistic, found.where))) if found else None
