"""Worker processes on this machine, one for each core."""

import threading

from harness.run import cores, process
from harness.run.executors.executor import Waiting


def require() -> None:
    """Every machine can be used."""


def run(
    call: process.Call,
    cancelled: threading.Event,
    on_progress: process.Progress,
    watch: process.Watch,
    waiting: Waiting,
) -> process.Outcome:
    """Run a worker process once a core is free."""
    with cores.slot(cancelled, waiting("a core")):
        return process.run(call, cancelled, on_progress, watch)
