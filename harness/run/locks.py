"""Locks between processes and threads, held on files; waiting for one can be cancelled, and is told.

Beside a lock that is held lies a file that names its holder, for whoever waits. It decides nothing.
"""

import contextlib
import os
import platform
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

from harness import formatting

OnWait = Callable[[str], None]
"""Called while somebody waits for locks, with who holds them, such as `held by process 15613 for 2 min 05 s`."""
_POLL_SECONDS = 0.1
_FIRST_TOLD_SECONDS = 1.0
_TOLD_SECONDS = 10.0


class StoppedError(Exception):
    """Raised in whatever waits or runs while the session is being stopped."""


@contextlib.contextmanager
def all_of(paths: Sequence[Path], cancelled: threading.Event, on_wait: OnWait = lambda _: None) -> Iterator[None]:
    """Hold all of the locks during the block.

    They are taken in the order of their names, so that two who want the same ones cannot wait for each other.
    Raises StoppedError when the event is set while waiting.
    """
    with contextlib.ExitStack() as stack:
        for path in sorted(set(paths)):
            stack.enter_context(one_of([path], cancelled, on_wait))
        yield


@contextlib.contextmanager
def one_of(paths: Sequence[Path], cancelled: threading.Event, on_wait: OnWait = lambda _: None) -> Iterator[Path]:
    """Hold the first of the locks that is, or becomes, free during the block; yields its path.

    Raises StoppedError when the event is set while waiting. `on_wait` is called after a second, and then repeatedly.
    """
    lock = _take(paths, cancelled, on_wait)
    path = Path(lock.lock_file)
    try:
        _name_holder(path)
        yield path
    finally:
        with contextlib.suppress(OSError):
            _holder_of(path).unlink(missing_ok=True)
        lock.release()


def holders(paths: Sequence[Path]) -> str:
    """Who holds the locks, and for how long: `held by process 15613 for 2 min 05 s`; empty where nobody says so."""
    found = []
    for path in paths:
        with contextlib.suppress(OSError, ValueError):
            pid, node = _holder_of(path).read_text(encoding="utf-8").split(" ", 1)
            held = formatting.seconds(max(time.time() - _holder_of(path).stat().st_mtime, 0.0))
            found.append(f"{_called(int(pid), node)} for {held}")
    return f"held by {' and '.join(found)}" if found else ""


def _called(pid: int, node: str) -> str:
    if node != platform.node():
        return f"process {pid} on {node}"
    return "this session" if pid == os.getpid() else f"process {pid}"


def _name_holder(path: Path) -> None:
    with contextlib.suppress(OSError):  # who waits then learns less
        _holder_of(path).write_text(f"{os.getpid()} {platform.node()}", encoding="utf-8")


def _holder_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.holder")


def _take(paths: Sequence[Path], cancelled: threading.Event, on_wait: OnWait) -> FileLock:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    told_at = time.monotonic() + _FIRST_TOLD_SECONDS
    while not cancelled.is_set():
        for path in paths:
            lock = FileLock(path)
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=0)
                return lock
        if time.monotonic() >= told_at:
            on_wait(holders(paths))
            told_at = time.monotonic() + _TOLD_SECONDS
        cancelled.wait(_POLL_SECONDS)
    raise StoppedError
