"""`explain`: shows every value of a case, and where it comes from."""

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.common import Json, print_result, select_cases, with_options
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from harness.session.request import Request


@with_options("profile", "scenarios", "override")
def explain(
    scenario: Annotated[str, typer.Argument(help="Name of a scenario, or id of one of its cases.")],
    as_json: Json = False,
    **options: Any,
) -> None:
    """Print the resolved values of a case with their origins.

    Example: python -m harness explain gs1_ideal --profile smoke
    """
    cases = select_cases(Request.from_texts(Path.cwd(), **options).cases(), [scenario])
    found = [{"id": case.id, "values": _values(case)} for case in cases]
    print_result(found, "\n".join(case.resolved_yaml() for case in cases).splitlines(), as_json)


def _values(case: Case) -> dict[str, Any]:
    return {key: {"value": value, "origin": case.origins[key]} for key, value in leaves(case.scenario).items()}
