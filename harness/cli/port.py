"""`port`: looks at the two ports of a scenario before anything is judged."""

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import formatting
from harness.cli.common import Json, print_result, with_options
from harness.cli.step import CaseName, single_case
from harness.errors import HarnessError
from harness.files import JsonObject, write_json
from harness.run.scratch import temporary_folder
from harness.session.request import Request

app = typer.Typer(help="The two ports of a scenario, before anything is judged.", no_args_is_help=True)
OPTIONS = ("profile", "scenarios", "override", "backends", "python", "device", "data", "timeout")


@app.command()
@with_options(*OPTIONS)
def check(scenario: CaseName, as_json: Json = False, **options: Any) -> None:
    """Go through both ports step by step, on the scenario's data; exit status 1 when a step failed.

    Example: python -m harness port check my_pair
    """
    from harness.session import ports

    request = Request.from_texts(Path.cwd(), **options)
    with temporary_folder() as folder:
        found = ports.check(single_case(request, scenario), request, folder)
    rows = [(side, step.name, formatting.SIGNS[step.status], step.message) for side in found for step in found[side]]
    facts = {name: [step._asdict() for step in steps] for name, steps in found.items()}
    print_result(facts, [formatting.table(("side", "step", "", ""), rows)], as_json)
    raise typer.Exit(1 if any(step.status == "fail" for steps in found.values() for step in steps) else 0)


@app.command("map")
@with_options(*OPTIONS)
def map_names(
    scenario: CaseName,
    output: Annotated[
        Path | None, typer.Option("--output", help="A new file for the mapping, which pair.weights can name.")
    ] = None,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Print which weight and stage of the candidate is which of the reference, and what has no partner.

    Example: python -m harness port map my_pair --output scenarios/mapping.json
    """
    from harness.session import ports

    if output is not None and output.exists():
        raise HarnessError(f"{output}: is there already, and nothing is overwritten; name another file.")
    request = Request.from_texts(Path.cwd(), **options)
    case = single_case(request, scenario)
    with temporary_folder() as folder:
        found = ports.propose(case, request, folder)
    if output is not None:
        write_json(output, found)
    reference, candidate = request.backends_of(case)
    print_result(found, [formatting.table(("", candidate, reference), [*_partners(found)])], as_json)


def _partners(found: JsonObject) -> Iterator[tuple[str, str, str]]:
    """What it is, the candidate's name, the reference's; `-` for no partner."""
    for what in ("weight", "stage"):
        yield from ((what, own, partner) for own, partner in found[f"{what}s"].items())
    for side, names in found["without_partner"].items():
        for what, _, name in (text.partition(" ") for text in names):
            yield (what, name, formatting.ABSENT) if side == "candidate" else (what, formatting.ABSENT, name)
