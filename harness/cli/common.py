"""Options that several verbs share, and how results are printed."""

import contextlib
import inspect
import json
import sys
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any, TypeVar

import typer

from harness import formatting, layout
from harness.errors import HarnessError
from harness.files import plain
from harness.records.record import Record
from harness.report.telemetry.cases import NotRun
from harness.scenario.case import Case
from harness.scenario.keys import similar
from harness.session import manifest, options
from harness.session.progress import ProgressReader

R = TypeVar("R", bound=Record)
Verb = Callable[..., None]

Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def said_if_unverified(root: Path) -> Path:
    """Say on stderr that a hub lost its manifest: what a verb then prints was not verified."""
    if (root / layout.SESSION).is_file() and (reason := manifest.unverified(root)):
        say(f"warning: {reason}.", err=True)
    return root


Hub = Annotated[Path, typer.Argument(help="Folder of a session, such as reports/latest.", callback=said_if_unverified)]

TYPES = {
    "text": str, "folder": Path | None, "flag": bool, "texts": list[str] | None, "folders": list[Path] | None,
}  # fmt: skip
"""Kind of an option to its type for typer."""
_PAUSE_SECONDS = 3.0


def with_options(*names: str) -> Callable[[Verb], Verb]:
    """Decorator that puts options of a session, by their names in `OPTIONS`, in the place of a verb's `**options`."""
    added = [_parameter(options.named(name)) for name in names]

    def extended(verb: Verb) -> Verb:
        signature = inspect.signature(verb)
        *own, _ = signature.parameters.values()
        verb.__signature__ = signature.replace(parameters=[*own, *added])  # type: ignore[attr-defined]
        verb.__annotations__ |= {parameter.name: parameter.annotation for parameter in added}
        return verb

    return extended


def _parameter(option: options.Option) -> inspect.Parameter:
    default: Any = {"text": option.default, "flag": False}.get(option.kind)
    text = option.verb_help or f"{option.full_help().capitalize()}."
    return inspect.Parameter(
        option.keyword,
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        default=typer.Option(default, option.flag, f"--{option.name}", help=text),
        annotation=TYPES[option.kind],
    )


def say(text: object, err: bool = False, nl: bool = True) -> None:
    """Print a text, to stderr with `err`; what it holds of others' names and messages steers no terminal."""
    typer.echo(formatting.printable(str(text)), err=err, nl=nl)


def print_result(found: Any, lines: Iterable[str], as_json: bool) -> None:
    """Print a result: as JSON of plain scalars, or line by line."""
    if as_json:
        typer.echo(json.dumps(plain(found), indent=2, allow_nan=False))
    else:
        for text in lines:
            say(text)


def case_lines(found: Iterable[R | NotRun], of_case: Callable[[R], Iterable[str]]) -> Iterator[str]:
    """The lines that `of_case` makes of each case of a hub; of a case that was not run, the reason."""
    for case in found:
        yield from [f"{case.case}: {case.message}"] if isinstance(case, NotRun) else of_case(case)


def select_cases(cases: Sequence[Case], names: Sequence[str]) -> list[Case]:
    """The cases with these ids, or of scenarios with these names; raises HarnessError for an unknown name."""
    for name in names:
        if not any(name in (case.id, case.name) for case in cases):
            known = [case.id for case in cases]
            meant = similar(name, dict.fromkeys([*known, *(case.name for case in cases)]))
            raise HarnessError(f"{name}: is no scenario{meant}; there are {', '.join(known) or 'none'}.")
    return [case for case in cases if case.id in names or case.name in names]


@contextlib.contextmanager
def progress_on_stderr(root: Path) -> Iterator[None]:
    """Write the progress of workers to stderr during the block."""
    ended = threading.Event()
    reader = ProgressReader(root, _PAUSE_SECONDS)

    def follow() -> None:
        while not ended.wait(0.2):
            for text in reader.lines():
                print(formatting.printable(text), file=sys.stderr, flush=True)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
