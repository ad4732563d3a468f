"""Worker processes on this machine, a core for each of their threads."""

import threading

from harness.run import cores, process
from harness.run.executors import forked
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
    """Run a worker process once a core is free for each of its threads."""
    with cores.slots(cancelled, waiting("a core"), call.threads), forked.beginning(call, cancelled) as begin:
        return process.run(call, cancelled, on_progress, watch, begin)
