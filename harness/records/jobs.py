"""`jobs.json`: how each job of a case ended."""

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Literal

from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.records.record import Record


class JobRecord(Record):
    """Outcome of one job: one leg of one backend."""

    backend: str
    leg: str
    status: Literal["done", "failed"]
    cached: bool
    """Whether the result was taken from the store instead of computed."""
    seconds: float | None
    """Duration of the leg when it was computed."""
    key: str | None
    """Key of the result in the store; None where the job could not be planned."""
    error: str | None
    """Why the job failed; None where it did not."""


def read(path: Path) -> list[JobRecord]:
    """Read `jobs.json`; raises HarnessError when the file is missing or broken."""
    found: Any = read_json(path)
    if not isinstance(found, list):
        raise HarnessError(f"{path}: is no list of jobs; make it anew by running the case again.")
    return [JobRecord.parse(job, f"{path}: job {number}") for number, job in enumerate(found)]


def read_if_whole(path: Path) -> list[JobRecord]:
    """Read `jobs.json`; an empty list when it is missing or, in a killed session, broken."""
    try:
        return read(path)
    except HarnessError:
        return []


def write(path: Path, jobs: Iterable[JobRecord]) -> None:
    """Write the outcomes of jobs to `jobs.json`, atomically."""
    write_json(path, list(jobs))
