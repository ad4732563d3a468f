"""`compare`: finds what became worse from one hub to another."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import Json, print_result, said_if_unverified


def compare(
    before: Annotated[
        Path, typer.Argument(metavar="HUB_A", help="Folder of the earlier session.", callback=said_if_unverified)
    ],
    after: Annotated[
        Path, typer.Argument(metavar="HUB_B", help="Folder of the later one.", callback=said_if_unverified)
    ],
    as_json: Json = False,
) -> None:
    """Print what became worse, better or otherwise different from one session to another, and the rule for it.

    Writes comparisons/<A>..<B>/index.html and comparison.json beside the second hub. Exit status 1 when anything
    became worse.

    Example: python -m harness compare reports/2026-11-21T020000Z reports/latest
    """
    from harness.report.trend import comparison

    found = comparison.compare(before, after)
    page = comparison.write(found)
    print_result(found.as_json(), [*found.lines(), f"written: {page}"], as_json)
    raise typer.Exit(1 if found.worse else 0)
