"""Locks between processes and threads, held on files; waiting for one can be cancelled."""

import contextlib
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from filelock import FileLock, Timeout

_POLL_SECONDS = 0.1


class StoppedError(Exception):
    """Raised in whatever waits or runs while the session is being stopped."""


@contextlib.contextmanager
def all_of(paths: Sequence[Path], cancelled: threading.Event) -> Iterator[None]:
    """Hold all of the locks during the block.

    They are taken in the order of their names, so that two who want the same ones cannot wait for each other.
    Raises StoppedError when the event is set while waiting.
    """
    with contextlib.ExitStack() as stack:
        for path in sorted(set(paths)):
            stack.enter_context(one_of([path], cancelled))
        yield


@contextlib.contextmanager
def one_of(paths: Sequence[Path], cancelled: threading.Event) -> Iterator[Path]:
    """Hold the first of the locks that is, or becomes, free during the block; yields its path.

    Raises StoppedError when the event is set while waiting.
    """
    lock = _take(paths, cancelled)
    try:
        yield Path(lock.lock_file)
    finally:
        lock.release()


def _take(paths: Sequence[Path], cancelled: threading.Event) -> FileLock:
    for path in paths:
        path.parent.mkdir(parents=True, exist_ok=True)
    while not cancelled.is_set():
        for path in paths:
            lock = FileLock(path)
            with contextlib.suppress(Timeout):
                lock.acquire(timeout=0)
                return lock
        cancelled.wait(_POLL_SECONDS)
    raise StoppedError
