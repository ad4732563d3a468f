"""One core for each worker: over all sessions of a user on this machine, workers never exceed the cores.

A worker computes with one thread. Results depend on the number of threads at the level of rounding, so it is a
constant of the harness and not an option; and a framework whose threads outnumber the free cores does not get a
little slower but up to a hundred times (`docs/running.md`).
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
"""Number of threads of a worker, inside and between operations of its framework."""

THREAD_VARIABLES = (*ONE_THREAD, "NUMEXPR_NUM_THREADS", "TF_NUM_INTRAOP_THREADS", "TF_NUM_INTEROP_THREADS")


def thread_environment() -> dict[str, str]:
    """Environment variables that keep every numerical library of a worker to THREADS threads."""
    return dict.fromkeys(THREAD_VARIABLES, str(THREADS))


def available() -> int:
    """Number of cores that this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def slots_folder() -> Path:
    """Folder of the lock files, one for each core: per user, and per machine where home folders are shared."""
    return platformdirs.user_cache_path("ptycho-parity") / "cores" / (platform.node() or "here")


@contextlib.contextmanager
def slot(cancelled: threading.Event, on_wait: OnWait = lambda _: None) -> Iterator[None]:
    """Reserve a core for the block, once one is free; raises StoppedError when `cancelled` is set while waiting."""
    count = max(1, available() // THREADS)
    with one_of([slots_folder() / f"{number}.lock" for number in range(count)], cancelled, on_wait):
        yield
