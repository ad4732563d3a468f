"""Options that several verbs share, and how results are printed."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.errors import HarnessError
from harness.files import plain
from harness.scenario.case import Case

Profile = Annotated[str, typer.Option("--parity-profile", "--profile", help="smoke, stable or full.")]
Scenarios = Annotated[
    list[Path] | None,
    typer.Option(
        "--parity-scenarios", "--scenarios", help="One more scenario folder, besides scenarios/ (repeatable)."
    ),
]
Override = Annotated[
    list[str] | None,
    typer.Option("--parity-override", "--override", help="KEY=VALUE: dotted key of the scenario (repeatable)."),
]
Backends = Annotated[str, typer.Option("--parity-backends", "--backends", help="A,B: the pair, reference first.")]
Python = Annotated[
    list[str] | None,
    typer.Option("--parity-python", "--python", help="BACKEND=PATH: interpreter of a backend (repeatable)."),
]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Hub = Annotated[Path, typer.Argument(help="Folder of a session, such as reports/latest.")]


def print_json(value: Any) -> None:
    """Print a value as JSON of plain scalars."""
    typer.echo(json.dumps(plain(value), indent=2, allow_nan=False))


def chosen(cases: Sequence[Case], names: Sequence[str]) -> list[Case]:
    """The cases of these ids, or of scenarios of these names; raises HarnessError for one that there is not."""
    for name in names:
        if not any(name in (case.id, case.name) for case in cases):
            raise HarnessError(f"{name}: is no scenario; there are {', '.join(case.id for case in cases) or 'none'}.")
    return [case for case in cases if case.id in names or case.name in names]
