"""`jobs.json`: how each job of a case ended."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.records.record import Record


class JobRecord(Record):
    """One leg of one backend."""

    backend: str
    leg: str
    status: Literal["done", "failed"]
    cached: bool
    """Whether the result was taken from the store."""
    seconds: float | None
    """Seconds that the leg took, when it was run."""
    key: str | None
    """Key of the result in the store; None where no job could be planned."""
    error: str | None


def read(path: Path) -> list[JobRecord]:
    """Read a list of jobs; raises HarnessError when the file is missing or broken."""
    found: Any = read_json(path)
    if not isinstance(found, list):
        raise HarnessError(f"{path}: is no list of jobs; make it anew by running the case again.")
    return [JobRecord.parse(job, f"{path}: job {number}") for number, job in enumerate(found)]


def read_if_whole(path: Path) -> list[JobRecord]:
    """The jobs of a file that may be missing or, in a killed session, broken: none, then."""
    try:
        return read(path)
    except HarnessError:
        return []


def write(path: Path, jobs: Iterable[JobRecord]) -> None:
    """Write the list, atomically."""
    write_json(path, list(jobs))
