"""One program of the night: logged, ended gently when the night is, and never outliving it."""

import contextlib
import ctypes
import os
import shlex
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_SECONDS_TO_END = 60.0
"""What a program gets to wind up after an interrupt: a session writes its report."""
_PR_SET_PDEATHSIG = 1
_INTERRUPTS = (signal.SIGINT, signal.SIGTERM)


def run(command: Sequence[str], folder: Path, log: Path) -> int:
    """Run a program in `folder` to its end, adding what it prints to `log`; returns its exit status.

    Its process group is its own: who interrupts this process sends no signal to that one. On an interrupt it gets one,
    as from a keyboard, and time to wind up; then the KeyboardInterrupt goes on.
    """
    log.parent.mkdir(parents=True, exist_ok=True)
    with log.open("a", encoding="utf-8") as stream:
        stream.write(f"command: {shlex.join(command)}\n")
        stream.flush()
        with subprocess.Popen(
            command,
            cwd=folder,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},  # who looks into the log sees how far it is
            stdin=subprocess.DEVNULL,
            stdout=stream,
            stderr=subprocess.STDOUT,
            start_new_session=True,
            preexec_fn=_end_with_parent,
        ) as process:
            try:
                return process.wait()
            except KeyboardInterrupt:
                _wind_up(process)
                raise


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """In the block SIGTERM interrupts like SIGINT, and both do so even where a shell has them ignored."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in _INTERRUPTS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _wind_up(process: "subprocess.Popen[bytes]") -> None:
    """Interrupt the group of a program, wait for its end, and kill what is left; further interrupts are not heard."""
    for number in _INTERRUPTS:
        signal.signal(number, signal.SIG_IGN)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGINT)
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(_SECONDS_TO_END)
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def _end_with_parent() -> None:
    """In the program, before it begins: the kernel interrupts it when its parent is gone, however that happened."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGINT)
