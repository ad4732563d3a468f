"""The processes that a worker started, by however many steps and in whatever group or session they are.

Each inherits a variable that names the temporary folder of its worker; that is how they are found on Linux. Elsewhere
there is no `/proc`, and only those in the process group of the worker end with it.

Imports the standard library alone: a worker imports it before anything numerical.
"""

import contextlib
import os
import signal
import time
from collections.abc import Iterator
from pathlib import Path

VARIABLE = "PARITY_WORKER"
_PROCESSES = Path("/proc")
_ROUNDS = 100
_PAUSE_SECONDS = 0.01
"""It is looked again until there is none: one may have been started while the others were ended."""


def variables(folder: Path) -> dict[str, str]:
    """Environment variables of a worker whose temporary folder this is: all that it starts has them, too."""
    return {VARIABLE: str(folder), "TMPDIR": str(folder)}


def end(folder: str | os.PathLike[str], spared: int | None = None) -> None:
    """Kill every process that has the temporary folder of this worker in its environment, but this one and `spared`."""
    for _ in range(_ROUNDS):
        members = _members(f"{VARIABLE}={os.fspath(folder)}".encode())
        found = [process for process in members if process != spared]
        for process in found:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(process, signal.SIGKILL)
        if not found:
            return
        time.sleep(_PAUSE_SECONDS)


def _members(mark: bytes) -> Iterator[int]:
    for path in _PROCESSES.glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it has ended, or is another user's
            if int(path.name) != os.getpid() and mark in (path / "environ").read_bytes().split(b"\0"):
                yield int(path.name)
