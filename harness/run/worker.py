"""A worker process: `python -m harness.run.worker [--supervised] JOB.json [JOB.json ...]`.

Runs the jobs one after another and leaves `done.json` in the output folder of each that succeeded, `error.json` in
that of each that did not; ends with status 1 when one failed. The environment of the first job is set before
anything numerical is imported, so the jobs of one process share it.

With `--supervised` the process ends, with all that it started, as soon as its standard input is closed: whoever
started it is gone.
"""

import faulthandler
import importlib
import json
import os
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import NoReturn

from harness import layout
from harness.errors import HarnessError, in_one_line
from harness.run import family
from harness.run.environment import apply, without_user_configuration
from harness.run.job import Job, read_job

SUPERVISED = "--supervised"
_MODULES = {"exchange": "infer"}
"""Leg to its module, where that is not named after the leg."""


def main(arguments: Sequence[str]) -> int:
    """Run the jobs of the command line; returns the exit status."""
    faulthandler.enable()
    faulthandler.register(signal.SIGUSR1)
    paths = [Path(argument).resolve() for argument in arguments if argument != SUPERVISED]
    if SUPERVISED in arguments:
        threading.Thread(target=_end_with_parent, daemon=True).start()
    if not paths:
        print("usage: python -m harness.run.worker [--supervised] JOB.json [JOB.json ...]", file=sys.stderr)
        return 2
    apply(read_job(paths[0]).environment)
    with without_user_configuration():
        succeeded = [run(path) for path in paths]
    return 0 if all(succeeded) else 1


def run(path: Path, finish: Callable[[Path], None] = lambda _: None) -> bool:
    """Run one job; returns whether it succeeded. `finish` gets its output folder before that is called done."""
    job = read_job(path)
    job.output.mkdir(parents=True, exist_ok=True)
    for name in (layout.DONE, layout.ERROR):
        (job.output / name).unlink(missing_ok=True)
    print(begins(job.backend, job.leg), flush=True)
    started, process = time.monotonic(), os.getpid()
    failure = _failure(job, finish)
    if os.getpid() != process:
        os._exit(0)  # a process that the port forked has come back here: the job is its parent's
    if failure is not None:
        return _failed(job.output, failure)
    seconds = time.monotonic() - started
    _write(job.output / layout.DONE, {"seconds": seconds})
    print(f"{job.backend} {job.leg}: done after {seconds:.1f} s", flush=True)
    return True


def begins(backend: str, leg: str) -> str:
    """The first line that a worker prints of a job."""
    return f"{backend} {leg}: begins"


def _failure(job: Job, finish: Callable[[Path], None]) -> str | None:
    """Run the leg of a job; returns what went wrong."""
    try:
        require_source(job)
        importlib.import_module(f"harness.run.legs.{_MODULES.get(job.leg, job.leg)}").run(job)
        finish(job.output)
    except HarnessError as error:
        return str(error)
    except (Exception, SystemExit) as error:  # whatever a port raises is this job's failure and not that of the next
        traceback.print_exc()
        return in_one_line(error)
    return None


def require_source(job: Job) -> None:
    """Raise HarnessError when the job that this one starts from failed: the files that it left are no result."""
    if job.source is not None and (job.source.parent / layout.ERROR).is_file():
        raise HarnessError("was not run: the job that it starts from failed.")


def _failed(output: Path, error: str) -> bool:
    print(f"error: {error}", flush=True)
    _write(output / layout.ERROR, {"error": error})
    return False


def _write(path: Path, value: dict[str, object]) -> None:
    """Write a file in one step: whoever waits for it finds all of it."""
    whole = path.with_name(f"{path.name}.whole")
    whole.write_text(json.dumps(value) + "\n", encoding="utf-8")
    whole.replace(path)


def _end_with_parent() -> None:
    """Kill this process and all that it started at the end of the standard input, which the parent holds open."""
    while os.read(sys.stdin.fileno(), 1024):
        pass
    if family.VARIABLE in os.environ:
        family.end(os.environ[family.VARIABLE])
    os.killpg(os.getpgid(0), signal.SIGKILL)


def leave(status: int) -> NoReturn:
    """End the process at once: a framework takes a second to clear up, and a thread of a port may never end."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    leave(main(sys.argv[1:]))
