"""A process that has imported what workers need and has computed nothing: each worker is forked from it.

`python -m harness.run.fork_server DESCRIPTOR MODULE [MODULE ...]`, where the descriptor is that of a socket whose other
end a session holds. It says `ready` when the modules are imported. Each message that comes then is a worker to be run,
with its standard input and output; it is answered by the worker's number, and at its end by how it ended. One runs at a
time. The process ends when the other end of the socket is closed.

A worker begins as a new process would: its random numbers are seeded anew, and nothing of an earlier worker is in it.
"""

import contextlib
import importlib
import json
import os
import runpy
import socket
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from harness.run.environment import without_user_configuration

READY = b"ready"
_MESSAGE_BYTES = 1 << 20


def main(channel: socket.socket, modules: Sequence[str]) -> int:
    """Import the modules, then run workers until the session ends; returns the exit status."""
    with without_user_configuration(), contextlib.suppress(OSError):  # the session may end while it is told something
        for module in modules:
            with contextlib.suppress(Exception):  # the worker will say what is wrong with it
                importlib.import_module(module)
        channel.send(READY)
        while True:
            message, descriptors, *_ = socket.recv_fds(channel, _MESSAGE_BYTES, 2)
            if not message:
                break
            channel.send(b"%d" % _run(channel, json.loads(message), descriptors))
    return 0


def _run(channel: socket.socket, call: dict[str, Any], descriptors: Sequence[int]) -> int:
    """Run one worker to its end; returns its exit status, negative for the signal that ended it."""
    number = os.fork()
    if number == 0:
        os.setpgid(0, 0)
        channel.close()
        _become(call, *descriptors)
    with contextlib.suppress(OSError):  # whoever is told its number may signal its group at once
        os.setpgid(number, number)
    channel.send(b"%d" % number)
    for descriptor in descriptors:
        os.close(descriptor)
    return os.waitstatus_to_exitcode(os.waitpid(number, 0)[1])


def _become(call: dict[str, Any], given: int, output: int) -> NoReturn:
    """Turn this process into the worker, as if it had been started by `python -m MODULE WORD ...`."""
    status = 1
    try:
        for descriptor, standard in ((given, 0), (output, 1), (output, 2)):
            os.dup2(descriptor, standard)
        os.close(given)
        os.close(output)
        os.chdir(call["folder"])
        sys.path[0] = str(Path.cwd())
        os.environ.clear()
        os.environ.update(call["environment"])
        _forget_random_numbers()
        tempfile.tempdir = None
        module, *words = call["words"]
        sys.argv = [module, *words]
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        status = 0
    except SystemExit as end:
        status = _status(end.code)
    except BaseException:  # nothing may come back to where this process was forked
        traceback.print_exc()
    finally:
        os._exit(status)


def _status(code: object) -> int:
    """Exit status of `sys.exit(code)`, which prints what is no number."""
    if code is None or isinstance(code, int):
        return code or 0
    print(code, file=sys.stderr)
    return 1


def _forget_random_numbers() -> None:
    """Seed anew what was seeded by being imported; a side that gives no seed would repeat itself otherwise.

    Python's own numbers are seeded anew by the fork.
    """
    if (numpy := sys.modules.get("numpy")) is not None:
        numpy.random.seed()
    if (torch := sys.modules.get("torch")) is not None:
        torch.default_generator.seed()


if __name__ == "__main__":
    sys.exit(main(socket.socket(fileno=int(sys.argv[1])), sys.argv[2:]))
