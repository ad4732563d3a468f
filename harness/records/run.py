"""`run_metadata.json`: what a case was run with, what it took, and what came from the store."""

from typing import Literal

from harness.records.jobs import JobRecord
from harness.records.record import Record


class DeviceRecord(Record):
    """What the workers of a side computed on."""

    kind: Literal["cpu", "gpu"]
    name: str
    index: int | None


class SideRecord(Record):
    """What the workers of a side ran in."""

    python: str
    own_interpreter: bool
    """Whether it is the interpreter of the session."""
    distributions: dict[str, str]
    """Versions by name."""
    device: DeviceRecord
    threads: int
    variables: dict[str, str]
    """Environment variables that can change a result."""
    fault: str | None
    """The injected fault, of a session that asked for one in this side."""


class PathsRecord(Record):
    """Where the files of a side lie, relative to the case."""

    outputs: str
    log: str


class _Purpose(Record):
    """A base of its own, and the last of its class, so that its key stands first in the file."""

    name: Literal["refine", "reference"]
    """Whether it refined the probe or stands in for the truth."""


class ReferenceRecord(JobRecord, _Purpose):
    """The job of a reference reconstruction that was run for a dataset, or taken from the store."""


class DatasetRecord(Record):
    """How the dataset of a case came about."""

    key: str
    cached: bool
    seconds: float
    references: tuple[ReferenceRecord, ...]


class JobsRecord(Record):
    """The jobs of a case, each named `BACKEND/LEG`."""

    count: int
    cache_hits: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: dict[str, float | None]
    keys: dict[str, str | None]


class RunMetadata(Record):
    """The whole file."""

    case: str
    scenario: str
    profile: str
    from_profile: tuple[str, ...]
    """Keys of the scenario that the profile gives."""
    overrides: dict[str, str]
    seeds: dict[str, int]
    counts: dict[str, int]
    backends: dict[str, SideRecord]
    """The sides that could run."""
    paths: dict[str, PathsRecord]
    dataset: DatasetRecord
    jobs: JobsRecord
    damaged_store_entries: tuple[str, ...]
    """A sentence for each entry of the store that was found damaged and made anew."""
    seconds: float
    finished: str
