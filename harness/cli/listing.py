"""`list`: the cases there are."""

from pathlib import Path

import typer

from harness import formatting
from harness.cli.common import Json, Override, Profile, Scenarios, print_json
from harness.session.request import Request


def list_cases(
    profile: Profile = "stable", scenarios: Scenarios = None, override: Override = None, as_json: Json = False
) -> None:
    """List the cases of the scenario folders.

    Example: python -m harness list --profile smoke
    """
    request = Request.from_texts(Path.cwd(), profile=profile, scenarios=scenarios or (), override=override or ())
    rows = [
        {
            "id": case.id,
            "profile": case.profile,
            "source": case.scenario.dataset.source,
            "N": case.scenario.dataset.N,
            "gridsize": case.scenario.grouping.gridsize,
            "epochs": case.scenario.training.epochs,
            "markers": " ".join(case.scenario.markers),
            "description": case.scenario.description,
        }
        for case in request.cases()
    ]
    if as_json:
        print_json(rows)
        return
    header = ("case", "source", "N", "gridsize", "epochs", "markers", "description")
    keys = ("id", *header[1:])
    typer.echo(formatting.table(header, [[formatting.number(row[key]) for key in keys] for row in rows]))
