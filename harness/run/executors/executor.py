"""What every executor is, and which there are."""

import importlib
import threading
from collections.abc import Callable
from typing import Protocol, cast

from harness.errors import HarnessError
from harness.run.locks import OnWait
from harness.run.process import Call, Outcome, Progress, Watch

LOCAL = "local"
NAMES = (LOCAL, "dask")
"""Every name is that of a module in this folder, which has the two functions of an executor."""
Waiting = Callable[[str], OnWait]
"""Makes what tells that a worker waits, from what it waits for, such as `a core`."""


class Executor(Protocol):
    """Runs worker processes."""

    def require(self) -> None:
        """Raise HarnessError where it cannot be used, before anything runs."""

    def run(
        self, call: Call, cancelled: threading.Event, on_progress: Progress, watch: Watch, waiting: Waiting
    ) -> Outcome:
        """Run a worker process to its end, once there is room for it; as `harness.run.process.run`.

        Raises:
            HarnessError: The executor can run nothing any more.
            StoppedError: `cancelled` was set; the process has been killed, or will be in a moment.
        """


def named(name: str) -> Executor:
    """The executor of this name; raises HarnessError for one that there is not."""
    if name not in NAMES:
        raise HarnessError(f"--parity-executor: found {name!r}; allowed: {', '.join(NAMES)}.")
    return cast("Executor", importlib.import_module(f"harness.run.executors.{name}"))
