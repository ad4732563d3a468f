"""Child processes: each in a process group of its own, never left running; workers are logged and limited in time.

A worker has a temporary folder of its own, which goes with it: it ends without clearing up, and so may what it started.
"""

import contextlib
import json
import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any, Protocol

from harness.run import family
from harness.run.locks import StoppedError
from harness.run.scratch import temporary_folder
from harness.run.tee import Tee

Progress = Callable[[Mapping[str, Any]], None]
Watch = Callable[[Callable[[], str]], None]
"""Called again and again while a process runs, with a function that returns what it has logged so far."""

_POLL_SECONDS = 0.1
_TRACEBACK_SECONDS = 1.0
"""Time that a hanging worker gets to print its traceback before it is killed."""
_OUTPUT_SECONDS = 5.0


@dataclass(frozen=True)
class Call:
    """A process as it is to be run."""

    command: Sequence[str]
    """Program and arguments."""
    environment: Mapping[str, str]
    """All environment variables of the process."""
    folder: Path
    """Its working folder."""
    log: Path
    """File that its output is appended to."""
    timeout: float
    """Seconds after which it is killed."""
    progress: Path
    """File of JSON lines that it may write."""
    fresh: Sequence[str] = ()
    """Lines with which a job begins; what it may print is counted anew from there."""
    threads: int = 1
    """Number of threads that it computes with."""
    preload: Sequence[str] = ()
    """Modules that it will import, in this order, and that may be imported before it begins."""


class Running(Protocol):
    """A process that was begun, with the members of `subprocess.Popen` that are used here."""

    pid: int
    """Its number, which is that of its process group as well."""
    stdout: IO[bytes] | None
    returncode: Any
    """Exit status, negative for the signal that ended it; None while it runs."""

    def poll(self) -> int | None:
        """Exit status; None while it runs."""

    def wait(self, timeout: float | None = None) -> int:
        """Exit status at its end; raises `subprocess.TimeoutExpired` where that does not come in time."""

    def end(self) -> None:
        """Kill it and everything that it started, in its process group or not."""


Begin = Callable[[Call, Mapping[str, str]], AbstractContextManager[Running]]
"""Begins the process of a call, with all of its environment variables; the process has ended after the block."""


@dataclass(frozen=True)
class Outcome:
    """How a worker process ended."""

    status: int
    """Exit status; negative: the signal that ended it."""
    seconds: float
    timed_out: bool
    log: str
    """Everything that this process logged, its command and environment first."""
    printed: str = ""
    """The last line with words in it that it printed."""
    lost: bool = False
    """Whether the machine that ran it is gone, and nobody knows how it ended."""

    def reason(self, timeout: float) -> str | None:
        """Why the process failed, as the end of a sentence on "the worker"; None when it succeeded."""
        if self.lost:
            return "was lost with the machine that it ran on"
        if self.timed_out:
            return f"took longer than the time limit of {timeout:g} s and was stopped"
        if self.status == -signal.SIGKILL:
            return "was killed by signal 9 (SIGKILL), as the kernel does when memory runs out"
        if self.status < 0:
            return f"was ended by signal {-self.status} ({signal.Signals(-self.status).name})"
        printed = f"; its last line: {self.printed}" if self.printed else ""
        return f"ended with status {self.status}{printed}" if self.status else None


class Child(subprocess.Popen[bytes]):
    """A process in a group of its own, which an interrupt from the keyboard does not reach."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str], folder: Path, **options: Any) -> None:
        """Start it in `folder`; `options`: further keywords of `subprocess.Popen`."""
        self._family = environment.get(family.VARIABLE)
        super().__init__(
            command, cwd=folder, env=dict(environment), stderr=subprocess.STDOUT, start_new_session=True, **options
        )

    def end(self) -> None:
        """Kill it and all that it started; what left its group is found by the variables of `family`."""
        signal_group(self.pid, signal.SIGKILL)
        if self._family is not None:
            family.end(self._family)


@contextlib.contextmanager
def supervised(command: Sequence[str], environment: Mapping[str, str], folder: Path, **options: Any) -> Iterator[Child]:
    """Start a process in `folder`; at the end of the block it is killed, with everything that it started.

    `options`: further keywords of `subprocess.Popen`.
    """
    with Child(command, environment, folder, **options) as process:
        try:
            yield process
        finally:
            process.end()


def as_child(call: Call, environment: Mapping[str, str]) -> AbstractContextManager[Running]:
    """Begin the process of a call as one like any other."""
    return supervised(call.command, environment, call.folder, stdin=subprocess.PIPE, stdout=subprocess.PIPE)


def run(
    call: Call,
    cancelled: threading.Event,
    on_progress: Progress,
    watch: Watch = lambda _: None,
    begin: Begin = as_child,
) -> Outcome:
    """Run a command to its end, and append its output to a log, each line with its time.

    The standard input of the process is a pipe that closes when this process ends, however that happens: a worker
    that was started with `--supervised` watches it.

    Args:
        call: What is run.
        cancelled: Event that stops it.
        on_progress: Called with each new line of the call's `progress`.
        watch: Called at every look at the process.
        begin: How it is begun.

    Raises:
        StoppedError: `cancelled` was set; the process has been killed.
    """
    call.log.parent.mkdir(parents=True, exist_ok=True)
    with call.log.open("a", encoding="utf-8") as stream, temporary_folder() as temporary:
        tee = Tee(stream, call.fresh)
        tee.header(call.command, call.environment)
        tail = Tail(call.progress, on_progress)
        started = time.monotonic()
        environment = {**call.environment, **family.variables(temporary)}
        with begin(call, environment) as process:
            reader = threading.Thread(target=tee.follow, args=(process.stdout,), daemon=True)
            reader.start()

            def look() -> None:
                tail.read()
                watch(tee.text)

            timed_out = _wait(process, started + call.timeout, cancelled, look)
            process.end()  # what it left behind may still hold its output open
            reader.join(_OUTPUT_SECONDS)
        seconds = time.monotonic() - started
        tee.end(f"ended with status {process.returncode} after {seconds:.1f} s")
        return Outcome(process.returncode, seconds, timed_out, tee.text(), tee.printed)


def terminate(process: Running, number: int, seconds: float) -> None:
    """Send signal `number` to a process and all that it started; kill what still runs after `seconds`."""
    signal_group(process.pid, number)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(seconds)
    signal_group(process.pid, signal.SIGKILL)
    process.wait()


def _wait(process: Running, deadline: float, cancelled: threading.Event, look: Callable[[], None]) -> bool:
    """Wait for the end of the process; returns whether the time limit came first."""
    while process.poll() is None:
        look()
        if cancelled.is_set():
            raise StoppedError
        if time.monotonic() > deadline:
            terminate(process, signal.SIGUSR1, _TRACEBACK_SECONDS)  # a worker prints where it stands
            return True
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(_POLL_SECONDS)
    look()
    return False


def signal_group(group: int, number: int) -> None:
    """Send a signal to a process group, if there is one left."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(group, number)


class Tail:
    """Calls a function with each line that is added to a file of JSON lines."""

    def __init__(self, path: Path, on_progress: Progress) -> None:
        self._path, self._on_progress = path, on_progress
        self._offset = path.stat().st_size if path.exists() else 0

    def read(self) -> None:
        """Call it with the lines that were added since."""
        if not self._path.exists():
            return
        with self._path.open("rb") as stream:
            stream.seek(self._offset)
            for line in stream:
                if not line.endswith(b"\n"):
                    return  # half a line: the next reading gets it whole
                self._offset += len(line)
                self._on_progress(json.loads(line))
