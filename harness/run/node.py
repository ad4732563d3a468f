"""Runs one worker process on the machine that an engine chose: `python -m harness.run.node FOLDER`.

The session and this machine share the folder, and nothing else: the call, its log, its outcome and the session's sign
of life are files in it. The process ends, with the worker and all that it started, when the session gives no more sign,
and when its standard input is closed: the engine's worker is gone.

A folder is run in once. An engine that gives a task out again, because the first machine was lost, learns that this
one does not know what became of it; the session then begins anew in another folder.

Nothing numerical is imported: a machine that runs a worker has begun in a moment.
"""

import json
import os
import platform
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from harness.run import process
from harness.run.locks import StoppedError
from harness.run.pulse import Listener

CALL, OUTCOME, LOG = "call.json", "outcome.json", "machine.log"
BEGUN = "begun"
"""File that the first machine makes."""
PULSE = "pulse"
"""File by which the session shows that it lives."""
UNKNOWN = 75
"""Exit status where nobody knows how the worker ended."""


def command(folder: Path) -> list[str]:
    """Program and arguments that run the call in a folder, by the interpreter of this process.

    `-P`: a checkout that the engine's worker was started in is not the code of the session.
    """
    return [sys.executable, "-P", "-m", "harness.run.node", str(folder)]


def write_call(folder: Path, call: process.Call) -> None:
    """Write a call for another machine, whose log then goes to the folder."""
    _write(folder / CALL, asdict(call) | {"log": folder / LOG})


def read_outcome(folder: Path) -> process.Outcome | None:
    """How the worker ended, but for its log; None as long as the machine has not said it."""
    if not (folder / OUTCOME).is_file():
        return None
    return process.Outcome(**_read(folder / OUTCOME), log="")


def main(folder: Path) -> int:
    """Run the call of a folder; returns the exit status."""
    try:
        (folder / BEGUN).touch(exist_ok=False)
    except FileExistsError:
        return UNKNOWN
    cancelled = threading.Event()
    threading.Thread(target=_cancel_with_engine, args=(cancelled,), daemon=True).start()
    call = _read_call(folder)
    with call.log.open("a", encoding="utf-8") as log:
        log.write(f"machine: {platform.node()}\n")
    try:
        outcome = process.run(call, cancelled, lambda _: None, _watch(folder, cancelled))
    except StoppedError:
        outcome = process.Outcome(UNKNOWN, 0.0, timed_out=False, log="", lost=True)
    _write(folder / OUTCOME, {name: value for name, value in asdict(outcome).items() if name != "log"})
    return outcome.status if outcome.lost else 0


def _read_call(folder: Path) -> process.Call:
    fields = _read(folder / CALL)
    paths = {name: Path(fields[name]) for name in ("folder", "log", "progress")}
    return process.Call(**(fields | paths))


def _read(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return found


def _write(path: Path, value: dict[str, Any]) -> None:
    """Write a file in one step: whoever waits for it finds all of it."""
    whole = path.with_name(f"{path.name}.whole")
    whole.write_text(json.dumps(value, default=str) + "\n", encoding="utf-8")
    whole.replace(path)


def _watch(folder: Path, cancelled: threading.Event) -> process.Watch:
    """What is done at every look at the worker: listen whether the session lives."""
    session = Listener(folder / PULSE)

    def look(_: Callable[[], str]) -> None:
        if session.is_gone():
            cancelled.set()

    return look


def _cancel_with_engine(cancelled: threading.Event) -> None:
    """Wait for the end of the standard input, which the engine's worker holds open."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    cancelled.set()


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
