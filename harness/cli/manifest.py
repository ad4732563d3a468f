"""`manifest`: every file of a folder, every array in it, and whether data sets keep their contract."""

from pathlib import Path
from typing import Annotated

import typer

from harness import formatting, layout
from harness.cli.common import Json, print_result, say
from harness.files import write_json, write_text
from harness.report.handover import inventory
from harness.session import manifest as sealing


def manifest(
    folder: Annotated[Path, typer.Argument(help="Any folder: a hub, or one of data sets.")],
    to: Annotated[Path | None, typer.Option("--to", help="Write manifest.json, .md and .csv into this folder.")] = None,
    as_json: Json = False,
) -> None:
    """Print every file of a folder with size, SHA-256 and time, and every array with shape and type.

    Files of diffraction patterns are held against the data contract. Exit status 1 when one breaks it, or a file of
    arrays cannot be read.

    Example: python -m harness manifest reports/latest --to handover
    """
    found = inventory.of_folder(folder)
    if to is not None:
        write_json(to / layout.MANIFEST, found)
        write_text(to / "manifest.md", inventory.markdown(found, folder.resolve().name))
        write_text(to / "manifest.csv", inventory.as_csv(found))
    print_result(found, inventory.as_csv(found).splitlines(), as_json)
    for name in sealing.left_out(folder):
        say(f"left out: {formatting.one_line(name)}, no plain file", err=True)
    wrong = inventory.problems(found)
    for sentence in wrong:
        say(sentence, err=True)
    raise typer.Exit(1 if wrong else 0)
