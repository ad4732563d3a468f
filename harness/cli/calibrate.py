"""`calibrate`: what noise the limits have to allow for, and the limits that this asks for."""

from pathlib import Path
from typing import Annotated

import typer

from harness.cli.common import (
    Backends,
    Data,
    Device,
    Json,
    Override,
    Profile,
    Python,
    Scenarios,
    Store,
    Timeout,
    chosen,
    print_json,
    progress_shown,
)
from harness.errors import HarnessError
from harness.session import calibration
from harness.session.request import Request


def calibrate(
    cases_to_measure: Annotated[list[str], typer.Argument(metavar="CASE...", help="Names of scenarios or cases.")],
    profile: Profile = "stable",
    draws: Annotated[int, typer.Option("--draws", min=1, help="Trainings from nudged weights.")] = 4,
    backend: Annotated[str, typer.Option("--backend", help="Measure this one of the pair alone.")] = "",
    scenarios: Scenarios = None,
    override: Override = None,
    backends: Backends = "tensorflow,torch",
    python: Python = None,
    into: Annotated[Path | None, typer.Option("--into", help="Where the proposal goes.")] = None,
    device: Device = "auto",
    store: Store = "",
    data: Data = None,
    timeout: Timeout = "",
    as_json: Json = False,
) -> None:
    """Train each backend again from nudged weights, and propose limits that allow for the noise this shows.

    Writes proposal.md and proposal.yaml (in the ledger's format); a person decides, and edits the ledger.

    Example: python -m harness calibrate gs1_custom --profile smoke
    """
    request = Request.from_texts(
        Path.cwd(),
        profile=profile,
        scenarios=scenarios or (),
        backends=backends,
        python=python or (),
        override=override or (),
        device=device,
        store=store,
        data=data or (),
        timeout=timeout,
    )
    if backend and backend not in request.backends:
        raise HarnessError(f"--backend: found {backend!r}; allowed: {', '.join(request.backends)}.")
    cases = chosen(request.cases(), cases_to_measure)
    folder = calibration.begin(request, into)
    with progress_shown(folder):
        proposals = calibration.calibrate(folder, cases, (backend,) if backend else request.backends, draws, request)
    if as_json:
        print_json(calibration.rows(proposals))
    else:
        typer.echo(calibration.table(proposals))
        typer.echo(f"written: {folder / calibration.PAGE}, {folder / calibration.LEDGER}")
