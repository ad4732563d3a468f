"""`explain`: every value of a case, and where it comes from."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import Json, Override, Profile, Scenarios, chosen, print_json
from harness.scenario.keys import leaves
from harness.session.request import Request


def explain(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or id of one of its cases.")],
    profile: Profile = "stable",
    scenarios: Scenarios = None,
    override: Override = None,
    as_json: Json = False,
) -> None:
    """Print the resolved values of a case with their origins.

    Example: python -m harness explain gs1_ideal --profile smoke
    """
    request = Request.from_texts(Path.cwd(), profile=profile, scenarios=scenarios or (), override=override or ())
    cases = chosen(request.cases(), [scenario])
    if as_json:
        print_json(
            [
                {
                    "id": case.id,
                    "values": {
                        key: {"value": value, "origin": case.origins[key]}
                        for key, value in leaves(case.scenario).items()
                    },
                }
                for case in cases
            ]
        )
        return
    typer.echo("\n".join(case.resolved_yaml() for case in cases), nl=False)
