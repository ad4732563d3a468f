"""Workers that are forked from a process which has imported their framework: each saves the seconds of the import.

A fork server (`harness.run.fork_server`) is started for the first worker with an interpreter, an environment and a
framework, and serves all that follow with the same ones, one at a time. It ends with this process.
"""

import atexit
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any

from harness.run import family, fork_server
from harness.run.interpreters import IMPORT_PATH, PACKAGE, state_of
from harness.run.locks import StoppedError
from harness.run.process import Begin, Call, Child, as_child, signal_group
from harness.run.scratch import temporary_folder

KEPT = 4
"""Number of fork servers that wait for a further worker; the one that waits longest is ended for another one."""
_POLL_SECONDS = 0.1
_MESSAGE_BYTES = 100

_IDLE: "list[ForkServer]" = []
_TAKING = threading.Lock()


@contextlib.contextmanager
def beginning(call: Call, cancelled: threading.Event) -> Iterator[Begin]:
    """How the worker of a call is begun: by a fork server where there can be one, else as a process like any other.

    Elsewhere than on Linux frameworks are not sure to survive a fork. A server that does not come up is done without:
    the worker will meet what ended it, and say it.

    Raises StoppedError when `cancelled` is set while the server imports.
    """
    server = _taken(call) if sys.platform == "linux" and call.preload else None
    if server is None or not server.is_ready(cancelled):
        yield as_child
        return
    try:
        yield server.begin
    except BaseException:
        server.close()
        raise
    _keep(server)


def _taken(call: Call) -> "ForkServer | None":
    key = _key(call)
    with _TAKING:
        found = next((server for server in _IDLE if server.key == key), None)
        if found is not None:
            _IDLE.remove(found)
    if found is not None and found.is_alive():
        return found
    if found is not None:
        found.close()
    return ForkServer(call, key)


def _keep(server: "ForkServer") -> None:
    if not server.is_alive():
        server.close()
        return
    with _TAKING:
        _IDLE.append(server)
        surplus = [_IDLE.pop(0) for _ in range(len(_IDLE) - KEPT)]
    for one in surplus:
        one.close()


@atexit.register
def close_all() -> None:
    """End every fork server that waits."""
    with _TAKING:
        found = [*_IDLE]
        _IDLE.clear()
    for server in found:
        server.close()


def _key(call: Call) -> tuple[object, ...]:
    """All that a worker has from the server that it is forked from; the code of the harness as it is now is part of it.

    An edit during a session would otherwise leave results of the old code under the key of the new.
    """
    package = Path(call.environment.get(IMPORT_PATH, "").split(os.pathsep)[0], PACKAGE.name)
    return (call.command[0], tuple(call.preload), state_of(package), tuple(sorted(call.environment.items())))


class ForkServer:
    """A process that has imported the modules of a call, or is about to."""

    def __init__(self, call: Call, key: tuple[object, ...]) -> None:
        """Start it; `key`: that of the call, as it was when no server was found for it."""
        self.key = key
        self._closing = contextlib.ExitStack()
        self._folder = self._closing.enter_context(temporary_folder())
        self._channel, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        self._closing.callback(self._channel.close)
        descriptor = theirs.fileno()
        words = [call.command[0], "-m", fork_server.__name__, str(descriptor), *call.preload]
        environment = {**call.environment, **family.variables(self._folder)}
        nothing = subprocess.DEVNULL
        with theirs:
            self._process = Child(
                words, environment, self._folder, stdin=nothing, stdout=nothing, pass_fds=[descriptor]
            )
        self._is_ready = False

    def is_alive(self) -> bool:
        """Whether it has not ended, or been killed."""
        return self._process.poll() is None

    def is_ready(self, cancelled: threading.Event) -> bool:
        """Wait until it has imported; False, and closed, where it has ended instead."""
        try:
            while not self._is_ready:
                if cancelled.is_set():
                    raise StoppedError
                said = self.heard(_POLL_SECONDS)
                if said is not None and said != fork_server.READY:
                    self.close()
                    return False
                self._is_ready = said is not None
        except BaseException:
            self.close()
            raise
        return True

    @contextlib.contextmanager
    def begin(self, call: Call, environment: Mapping[str, str]) -> "Iterator[Forked]":
        """Fork a worker; at the end of the block it is killed, with everything that it started.

        What it started is found by the folder of the server, which is in the environment of all of them: a process that
        is forked and replaces no program shows the environment of the one that it comes from.
        """
        environment = {**environment, family.VARIABLE: str(self._folder)}
        message = {"words": call.command[2:], "folder": str(call.folder), "environment": environment}
        with contextlib.ExitStack() as stack:
            stdin, stdout, process = self._forked(json.dumps(message).encode())
            stack.callback(os.close, stdin)
            worker = Forked(process, stack.enter_context(os.fdopen(stdout, "rb")), self)
            stack.callback(worker.end)
            yield worker

    def _forked(self, message: bytes) -> tuple[int, int, int]:
        """Our ends of the worker's standard input and output, and its number; 0 where it never began."""
        (given, stdin), (stdout, output) = os.pipe(), os.pipe()
        try:
            with contextlib.suppress(OSError):
                socket.send_fds(self._channel, [message], [given, output])
        finally:
            os.close(given)
            os.close(output)
        return stdin, stdout, int(self.heard() or 0)

    def heard(self, timeout: float | None = None) -> bytes | None:
        """The next message, empty where the server has ended; None where there is none in time."""
        self._channel.settimeout(timeout)
        try:
            return self._channel.recv(_MESSAGE_BYTES)
        except (BlockingIOError, TimeoutError):
            return None
        except OSError:
            return b""

    def end_family(self) -> None:
        """Kill what its workers have started; it goes on itself."""
        family.end(self._folder, spared=self._process.pid)

    def close(self) -> None:
        """End it, and its worker."""
        self._process.end()
        self._process.wait()
        self._closing.close()


class Forked:
    """A worker that was forked; what `process.Running` is."""

    def __init__(self, pid: int, stdout: IO[bytes], server: ForkServer) -> None:
        self.pid, self._server = pid, server
        self.stdout: IO[bytes] | None = stdout
        self.returncode: Any = None if pid else -signal.SIGKILL

    def poll(self) -> int | None:
        """Exit status; None while it runs."""
        return self._status(0)

    def wait(self, timeout: float | None = None) -> int:
        """Exit status at its end; raises TimeoutExpired where that does not come in time."""
        status = self._status(timeout)
        if status is None:
            raise subprocess.TimeoutExpired("worker", timeout or 0)
        return status

    def _status(self, timeout: float | None) -> int | None:
        if self.returncode is None and (said := self._server.heard(timeout)) is not None:
            self.returncode = int(said) if said else -signal.SIGKILL  # the server is gone, and took it along
        found: int | None = self.returncode
        return found

    def end(self) -> None:
        """Kill it and everything that it started."""
        if self.pid:
            signal_group(self.pid, signal.SIGKILL)
            self.wait()
        self._server.end_family()
