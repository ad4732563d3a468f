"""Options that several verbs share, and how results are printed."""

import contextlib
import json
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from harness.errors import HarnessError
from harness.files import plain
from harness.scenario.case import Case
from harness.session.progress import News

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
Device = Annotated[str, typer.Option("--parity-device", "--device", help="auto, cpu or gpu[:K].")]
Store = Annotated[str, typer.Option("--parity-store", "--store", help="DIR or off.")]
Data = Annotated[list[Path] | None, typer.Option("--parity-data", "--data", help="Folder of measured data.")]
Timeout = Annotated[str, typer.Option("--parity-timeout", "--timeout", help="Seconds for one worker.")]
Json = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]
Hub = Annotated[Path, typer.Argument(help="Folder of a session, such as reports/latest.")]

_PAUSE_SECONDS = 3.0


def print_json(value: Any) -> None:
    """Print a value as JSON of plain scalars."""
    typer.echo(json.dumps(plain(value), indent=2, allow_nan=False))


def chosen(cases: Sequence[Case], names: Sequence[str]) -> list[Case]:
    """The cases of these ids, or of scenarios of these names; raises HarnessError for one that there is not."""
    for name in names:
        if not any(name in (case.id, case.name) for case in cases):
            raise HarnessError(f"{name}: is no scenario; there are {', '.join(case.id for case in cases) or 'none'}.")
    return [case for case in cases if case.id in names or case.name in names]


@contextlib.contextmanager
def progress_shown(root: Path) -> Iterator[None]:
    """Write to stderr what the workers tell, until the block ends."""
    ended = threading.Event()
    news = News(root, _PAUSE_SECONDS)

    def follow() -> None:
        while not ended.wait(0.2):
            for text in news.lines():
                print(text, file=sys.stderr, flush=True)

    thread = threading.Thread(target=follow, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join()
