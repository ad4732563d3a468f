"""A core for each thread of a worker: over all sessions of a user on this machine, threads never exceed the cores.

Results depend on the number of threads at the level of rounding, so it is a choice of the session and part of every
key; and a framework whose threads outnumber the free cores does not get a little slower but up to a hundred times
(`docs/running.md`).
"""

import contextlib
import os
import platform
import threading
from collections.abc import Iterator
from pathlib import Path

import platformdirs

from harness import ONE_THREAD
from harness.run.locks import OnWait, one_of

THREADS = 1
"""Number of threads of a worker, where nobody chose another."""
_BETWEEN = "TF_NUM_INTEROP_THREADS"
"""Operations run one after another, however many threads each may use."""

THREAD_VARIABLES = (*ONE_THREAD, "NUMEXPR_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", _BETWEEN)


def thread_environment(threads: int = THREADS) -> dict[str, str]:
    """Environment variables that keep every numerical library of a worker to so many threads."""
    return {**dict.fromkeys(THREAD_VARIABLES, str(threads)), _BETWEEN: "1"}


def available() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def slots_folder() -> Path:
    """Folder of the lock files, one for each core: per user, and per machine where home folders are shared."""
    return platformdirs.user_cache_path("ptycho-parity") / "cores" / (platform.node() or "here")


@contextlib.contextmanager
def slots(cancelled: threading.Event, on_wait: OnWait = lambda _: None, threads: int = THREADS) -> Iterator[None]:
    """Reserve a core for each thread during the block, all where there are fewer, once they are free.

    Raises StoppedError when `cancelled` is set while waiting.
    """
    every = [slots_folder() / f"{number}.lock" for number in range(available())]
    with contextlib.ExitStack() as held:
        with contextlib.ExitStack() as gathering:
            if threads > 1:  # one at a time: two that had some each would wait for each other
                gathering.enter_context(one_of([slots_folder() / "several.lock"], cancelled, on_wait))
            for _ in range(min(threads, len(every))):
                held.enter_context(one_of(every, cancelled, on_wait))
        yield
