"""`calibrate`: measures the noise that limits have to allow for, and proposes limits."""

from pathlib import Path
from typing import Annotated, Any

import typer

from harness.cli.common import Json, print_result, progress_on_stderr, select_cases, with_options
from harness.errors import HarnessError
from harness.session import calibration
from harness.session.request import Request


@with_options("profile", "scenarios", "override", "backends", "python", "device", "store", "data", "timeout")
def calibrate(
    cases_to_measure: Annotated[list[str], typer.Argument(metavar="CASE...", help="Names of scenarios or cases.")],
    draws: Annotated[int, typer.Option("--draws", min=1, help="Trainings from nudged weights.")] = 4,
    backend: Annotated[str, typer.Option("--backend", help="Measure this one of the pair alone.")] = "",
    into: Annotated[Path | None, typer.Option("--into", help="Where the proposal goes.")] = None,
    as_json: Json = False,
    **options: Any,
) -> None:
    """Train each backend again from nudged weights, and propose limits that allow for the noise this shows.

    Writes proposal.md and proposal.yaml (in the ledger's format); a person decides, and edits the ledger.

    Example: python -m harness calibrate gs1_custom --profile smoke
    """
    request = Request.from_texts(Path.cwd(), **options)
    cases = select_cases(request.cases(), cases_to_measure)
    for case in cases:
        if backend and backend not in request.backends_of(case):
            raise HarnessError(f"--backend: found {backend!r}; allowed: {', '.join(request.backends_of(case))}.")
    folder = calibration.begin(request, into)
    with progress_on_stderr(folder):
        proposals = calibration.calibrate(folder, cases, backend, draws, request)
    written = f"written: {folder / calibration.PAGE}, {folder / calibration.LEDGER}"
    print_result(calibration.rows(proposals), [calibration.table(proposals), written], as_json)
