"""`parity-log`: what the data of every dose look like, and where two such logs part."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import Json, print_json
from harness.files import read_json
from harness.report.parity_log import compare as comparing
from harness.report.parity_log import log, text
from harness.report.tables import Table

app = typer.Typer(help="Statistics of every data set of a dose study, stage by stage.", no_args_is_help=True)


@app.command()
def write(
    folder: Annotated[Path, typer.Argument(help="A hub, or a folder of NPZ files.")],
    to: Annotated[Path, typer.Option("--to", help="Folder for parity_log.json, .md and probe.csv.")] = Path(),
    limit: Annotated[int | None, typer.Option("--limit-datasets", min=1, help="Only the first so many doses.")] = None,
    as_json: Json = False,
) -> None:
    """Write digests, shapes, statistics of every stage, probe, parameters and baseline of every dose.

    Example: python -m harness parity-log write reports/latest --to study
    """
    found = log.of_folder(folder, limit)
    text.write(to, found)
    if as_json:
        print_json(found)
    else:
        typer.echo(f"{to / text.JSON}: {len(found['datasets'])} data sets")


@app.command()
def compare(
    first: Annotated[Path, typer.Argument(metavar="A", help="A parity_log.json.")],
    second: Annotated[Path, typer.Argument(metavar="B", help="Another, from here or elsewhere.")],
    as_json: Json = False,
) -> None:
    """Hold two logs against each other, stage by stage, and name the first stage beyond its limit.

    Exit status 1 when there is one.

    Example: python -m harness parity-log compare study/parity_log.json other/parity_log.json
    """
    found = comparing.compare(read_json(first), read_json(second))
    parted = comparing.first_beyond(found)
    rows = [(one.nphotons, one.stage, one.figure, one.first, one.second, one.relative, one.limit) for one in found]
    header = ("nphotons", "stage", "figure", "A", "B", "relative difference", "limit")
    if as_json:
        print_json([dict(zip(header, row, strict=True)) for row in rows])
    else:
        typer.echo(Table.of(header, rows).text())
        typer.echo(
            f"first beyond its limit: {parted.stage}, {parted.figure}, at {parted.nphotons:g} photons"
            if parted
            else "nothing is beyond its limit"
        )
    raise typer.Exit(1 if parted else 0)
