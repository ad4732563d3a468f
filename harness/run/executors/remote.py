"""A worker process as a task of an engine, on a machine that shares the folder of the store with this one.

The engine carries a command and its exit status. All else goes through files, of which `harness.run.node` knows the
names; so an engine is a module with a `submit`.
"""

import os
import tempfile
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Protocol

from harness.errors import HarnessError
from harness.run import node
from harness.run.executors.executor import Waiting
from harness.run.locks import StoppedError
from harness.run.process import Call, Outcome, Progress, Tail, Watch
from harness.run.pulse import Pulse

_POLL_SECONDS = 0.25
_FIRST_TOLD_SECONDS = 2.0
_TOLD_SECONDS = 10.0
_STOP_SECONDS = 5.0
_SHOWN_SECONDS = 60.0
"""Time that a shared folder gets to show the outcome of a task that has ended."""


class Task(Protocol):
    """A command that an engine runs somewhere."""

    def status(self) -> int | None:
        """Its exit status, `node.UNKNOWN` or negative where its machine was lost; None until it has ended.

        Raises HarnessError where the engine cannot run it.
        """

    def waits_for(self) -> str:
        """What it waits for before it begins, such as `a worker of dask, of which there are 2`."""

    def cancel(self) -> None:
        """Forget it, whether it has ended or not."""


Submit = Callable[[Sequence[str], Mapping[str, str]], Task]
"""Gives a command, with all its environment variables, to an engine."""


def run(
    submit: Submit, call: Call, cancelled: threading.Event, on_progress: Progress, watch: Watch, waiting: Waiting
) -> Outcome:
    """Run a worker process as a task; its log and its progress are followed here. See `executor.Executor`."""
    folder = Path(tempfile.mkdtemp(prefix="call-", dir=call.folder))
    node.write_call(folder, call)
    pulse, machine = Pulse(folder / node.PULSE), _Machine(folder, call, on_progress, watch)
    pulse.beat()
    task = submit(node.command(folder), call.environment)
    told = _Waiting(task, waiting)
    try:
        while (outcome := machine.outcome(task)) is None:
            pulse.beat()
            if not machine.has_begun():
                told.tell()
            if cancelled.wait(_POLL_SECONDS):
                raise StoppedError
        return outcome
    finally:
        pulse.end()
        task.cancel()
        if cancelled.is_set():
            machine.wait_for_end()  # before the folder is removed, in which it would make others


class _Machine:
    """The machine that runs the worker, as its files show it here."""

    def __init__(self, folder: Path, call: Call, on_progress: Progress, watch: Watch) -> None:
        self._folder, self._call, self._watch = folder, call, watch
        self._progress = Tail(call.progress, on_progress)
        self._text, self._read = "", 0
        self._ended: float | None = None

    def has_begun(self) -> bool:
        """Whether a machine has begun."""
        return (self._folder / node.BEGUN).exists()

    def wait_for_end(self) -> None:
        """Wait until the machine has stopped the worker, which it does within seconds."""
        deadline = time.monotonic() + _STOP_SECONDS
        while self.has_begun() and not (self._folder / node.OUTCOME).exists() and time.monotonic() < deadline:
            time.sleep(_POLL_SECONDS)

    def outcome(self, task: Task) -> Outcome | None:
        """How the worker ended, once that is known; looks at its progress and its log."""
        _look_again(self._call.folder)
        status, found = task.status(), node.read_outcome(self._folder)
        self._progress.read()
        self._follow_log()
        self._watch(self._log_now)
        if found is not None:
            return replace(found, log=self._log_now())
        if status is not None and (status == node.UNKNOWN or status < 0):
            return Outcome(status, 0.0, timed_out=False, log=self._log_now(), lost=True)
        if status is not None:
            self._require_shown(status)
        return None

    def _require_shown(self, status: int) -> None:
        """Raise HarnessError where a task has ended and what it wrote does not come."""
        self._ended = self._ended or time.monotonic()
        if status != 0 or time.monotonic() > self._ended + _SHOWN_SECONDS:
            raise HarnessError(
                f"--parity-executor: a machine ended with status {status} and left nothing in {self._folder}; "
                "the store, the interpreters and the harness must lie at the same paths on all machines, see the "
                "engine's own log."
            )

    def _log_now(self) -> str:
        """All that the machine has logged, in whole lines."""
        self._follow_log()
        return self._text

    def _follow_log(self) -> None:
        """Bring what is new in the log of the machine to that of the call."""
        if (self._folder / node.LOG).exists():
            with (self._folder / node.LOG).open("rb") as stream:
                stream.seek(self._read)
                lines, end, _ = stream.read().rpartition(b"\n")
            self._keep(lines + end)

    def _keep(self, lines: bytes) -> None:
        if lines:
            self._read += len(lines)
            self._text += (text := lines.decode("utf-8", errors="replace"))
            self._call.log.parent.mkdir(parents=True, exist_ok=True)
            with self._call.log.open("a", encoding="utf-8") as stream:
                stream.write(text)


class _Waiting:
    """Tells that a task waits, after two seconds and then repeatedly."""

    def __init__(self, task: Task, waiting: Waiting) -> None:
        self._task, self._waiting = task, waiting
        self._next = time.monotonic() + _FIRST_TOLD_SECONDS

    def tell(self) -> None:
        if time.monotonic() >= self._next:
            self._next = time.monotonic() + _TOLD_SECONDS
            self._waiting(self._task.waits_for())("")


def _look_again(folder: Path) -> None:
    """List a folder and those below: a shared one may otherwise remember for a minute that a file is not there."""
    for _ in os.walk(folder):
        pass
