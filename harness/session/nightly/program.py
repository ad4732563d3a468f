"""Runs one program of the night: logged, interrupted when the night is, and never left running after it."""

import ctypes
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness.run import process
from harness.run.interrupts import INTERRUPTS

_SECONDS_TO_END = 60.0
"""Time that a program gets to end after an interrupt: a session writes its report."""
_PR_SET_PDEATHSIG = 1


def run(command: Sequence[str], folder: Path, log: Path) -> int:
    """Run a program in `folder` to its end, adding what it prints to `log`; returns its exit status.

    An interrupt of this process is passed on to it, and it gets time to end; then KeyboardInterrupt is raised again.
    """
    environment = {**os.environ, "PYTHONUNBUFFERED": "1"}  # the log always shows how far it is
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"command: {shlex.join(command)}\n")
        stream.flush()
        options = {"stdin": subprocess.DEVNULL, "stdout": stream, "preexec_fn": _end_with_parent}
        with process.supervised(command, environment, folder, **options) as started:
            try:
                return started.wait()
            except KeyboardInterrupt:
                for number in INTERRUPTS:  # further ones are not heard
                    signal.signal(number, signal.SIG_IGN)
                process.terminate(started, signal.SIGINT, _SECONDS_TO_END)
                raise


def _end_with_parent() -> None:
    """Runs in the new process before the program: has the kernel interrupt it when its parent ends in any way."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
