"""Dask as the engine: worker processes as the tasks of a scheduler that somebody has started.

Where the scheduler is, and how it is spoken to, Dask's own configuration says (`scheduler-address`, TLS, timeouts, in
a YAML file or in variables `DASK_*`). Its workers need Dask and nothing of the harness.
"""

import contextlib
import importlib.util
import subprocess
import threading
from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from harness.errors import HarnessError
from harness.run import node
from harness.run.executors import remote
from harness.run.executors.executor import Waiting
from harness.run.process import Call, Outcome, Progress, Watch

_OPTION = "--parity-executor dask"
_CONNECTING = threading.Lock()


def require() -> None:
    """Raise HarnessError where Dask is not installed, or no scheduler answers."""
    _connected()


def run(call: Call, cancelled: threading.Event, on_progress: Progress, watch: Watch, waiting: Waiting) -> Outcome:
    """Run a worker process on a machine of the cluster."""
    return remote.run(_submit, call, cancelled, on_progress, watch, waiting)


def _submit(command: Sequence[str], environment: Mapping[str, str]) -> remote.Task:
    client = _connected()
    try:
        future = client.submit(subprocess.call, list(command), env=dict(environment), stdin=subprocess.PIPE, pure=False)
    except Exception as error:
        raise _gone(error) from error
    return _Task(client, future)


def _connected() -> Any:
    with _CONNECTING:  # both sides of a case begin at once
        return _client()


@cache
def _client() -> Any:
    """The one client of this process."""
    if importlib.util.find_spec("distributed") is None:
        raise HarnessError(f"{_OPTION}: Dask is not installed; pip install 'ptycho-parity[dask]'.")
    import dask.config
    from distributed import Client

    address = dask.config.get("scheduler-address", None)
    if address is None:
        raise HarnessError(
            f"{_OPTION}: Dask's configuration names no scheduler; set DASK_SCHEDULER_ADDRESS, or scheduler-address in "
            "a file of Dask's, such as tcp://login1:8786."
        )
    try:
        return Client(address, name="ptycho-parity", set_as_default=False)
    except Exception as error:
        raise HarnessError(
            f"{_OPTION}: no scheduler answers at {address}; start one, or correct the address."
        ) from error


class _Task:
    """A command in Dask's hands."""

    def __init__(self, client: Any, future: Any) -> None:
        self._client, self._future = client, future

    def status(self) -> int | None:
        """Exit status; `node.UNKNOWN` where too many workers have died of it, or one that held its result."""
        from distributed import KilledWorker

        if not self._future.done():
            return None
        try:
            return int(self._future.result())
        except KilledWorker:
            return node.UNKNOWN
        except OSError as error:
            raise HarnessError(
                f"{_OPTION}: a worker cannot start the task ({error}); the interpreter must lie at the "
                "same path on all machines."
            ) from error
        except Exception as error:
            raise _gone(error) from error

    def waits_for(self) -> str:
        """A worker, and how many there are; the scheduler, where it does not answer."""
        with contextlib.suppress(Exception):
            if self._client.status == "running":  # otherwise the question would wait
                count = len(self._client.scheduler_info(n_workers=-1)["workers"])
                return f"a worker of Dask, of which there {'is' if count == 1 else 'are'} {count or 'none'}"
        return "the scheduler of Dask"

    def cancel(self) -> None:
        """Forget it; a scheduler that is gone has done so."""
        with contextlib.suppress(Exception):
            self._future.cancel()


def _gone(error: Exception) -> HarnessError:
    reason = " ".join(str(error).split()) or type(error).__name__
    return HarnessError(f"{_OPTION}: the scheduler is gone ({reason}); start it again.")
