"""What `simulate`, `train` and `infer` share: running some legs of one case into a folder of the user's."""

from collections.abc import Callable, Collection
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import typer

from harness import layout
from harness.cli.common import progress_on_stderr, say, select_cases, with_options
from harness.errors import HarnessError
from harness.files import legible, write_text
from harness.networks import registry
from harness.run.results import recorded_jobs
from harness.run.run_case import run_case
from harness.scenario.case import Case
from harness.scenario.source import quoted
from harness.session import case_runner
from harness.session.request import Request

CaseName = Annotated[str, typer.Argument(metavar="CASE", help="A scenario, or one point of its matrix.")]
To = Annotated[Path, typer.Option("--to", help="The case's folder is made there, or gone on with.")]
Npz = Annotated[Path | None, typer.Option("--npz", help="Use the patterns of this file, not the scenario's.")]
Backend = Annotated[str, typer.Option("--backend", help="The side that does it.")]
DEFAULT_FOLDER = Path("steps")


def request_of(npz: Path | None, backend: str, options: dict[str, Any]) -> Request:
    """The request to run legs of one backend.

    Args:
        npz: File whose patterns are used in place of the scenario's data; None for the scenario's.
        backend: The side that runs.
        options: The options of the verb, by their keywords.

    Raises:
        HarnessError: The file does not exist, or an option has a value that is not allowed.
    """
    overrides = list(options["override"] or ())
    if npz is not None:
        if not npz.is_file():
            raise HarnessError(f"--npz: {npz} is not a file; name one that keeps the NPZ contract (docs/data.md).")
        # for the record alone: what is opened is the path itself
        overrides += ["dataset.source=file", f"dataset.file={quoted(legible(npz))}"]
    other = next(name for name in registry.names() if name != backend)  # a request names a pair
    request = Request.from_texts(Path.cwd(), **{**options, "override": overrides, "backends": f"{backend},{other}"})
    return replace(request, measured=npz and npz.absolute())


def run_legs(name: str, legs: Collection[str], backends: tuple[str, ...], to: Path, request: Request) -> Path:
    """Run legs of a case, or take their results from the store; returns the folder of the case.

    Args:
        name: Id of a case, or name of a scenario that has one case.
        legs: Names of the legs; without any, only the dataset is made.
        backends: The sides that run.
        to: Folder in which the folder of the case is made.
        request: The options of the verb.

    Raises:
        HarnessError: The name is that of no case or of several, or a leg failed.
    """
    case = single_case(request, name)
    allowed = case.scenario.sides or backends
    if unknown := [side for side in backends if side not in allowed]:
        raise HarnessError(f"--backend: found {unknown[0]!r}; allowed for {case.id}: {', '.join(allowed)}.")
    folder = to / case.id
    folder.mkdir(parents=True, exist_ok=True)
    write_text(folder / layout.SCENARIO, case.resolved_yaml())
    options = replace(case_runner.run_options(to, request), backends=backends)
    with progress_on_stderr(to):
        run_case(case, legs, options, folder, case_runner.progress_writer(folder / layout.PROGRESS))
    for job in recorded_jobs(folder):
        if job.backend in backends and job.status != "done":
            raise HarnessError(f"{folder}: {job.backend}, {job.leg}: {job.error}")
    return folder


def single_case(request: Request, name: str) -> Case:
    """The case of that name; HarnessError for a name of no case or of several."""
    cases = select_cases(request.cases(), [name])
    if len(cases) > 1:
        raise HarnessError(f"{name}: has several cases; name one of {', '.join(case.id for case in cases)}.")
    return cases[0]


def verb_of_one_leg(leg: str, result: str, help_text: str) -> Callable[..., None]:
    """A verb that runs one leg of one backend and prints its folder `result`; `help_text`: help of the verb."""

    @with_options("profile", "scenarios", "override", "python", "device", "store", "data", "timeout", "threads")
    def verb(
        case: CaseName, backend: Backend = "torch", to: To = DEFAULT_FOLDER, npz: Npz = None, **options: Any
    ) -> None:
        folder = run_legs(case, (leg,), (backend,), to, request_of(npz, backend, options))
        say(folder / backend / result)

    verb.__doc__ = help_text
    return verb
