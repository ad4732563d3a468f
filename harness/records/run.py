"""`run_metadata.json`: the settings of a case's run, its durations, and which results came from the store."""

from typing import Literal

from harness.records.jobs import JobRecord
from harness.records.record import Record


class DeviceRecord(Record):
    """The device that the worker processes of a side computed on."""

    kind: Literal["cpu", "gpu"]
    name: str
    index: int | None


class SideRecord(Record):
    """The interpreter, packages and device of the worker processes of a side."""

    python: str
    own_interpreter: bool
    """Whether the workers ran in the interpreter of the session itself."""
    distributions: dict[str, str]
    """Versions of the backend's packages by name."""
    device: DeviceRecord
    threads: int
    variables: dict[str, str]
    """Environment variables that can change a result, by name."""
    fault: str | None
    """Name of the fault that was injected into this side; None where none was."""
    revision: str | None = None
    """The commit whose code ran; None where it was the code of the session."""


class PathsRecord(Record):
    """Folder and log of a side, as paths relative to the folder of the case."""

    outputs: str
    log: str


class _Purpose(Record):
    """Purpose of a reference reconstruction; a separate base class, so that its key is the first in the file."""

    name: Literal["refine", "reference"]
    """`refine`: it refined the probe; `reference`: its object stands in for the truth."""


class ReferenceRecord(JobRecord, _Purpose):
    """Outcome of a reference reconstruction that a dataset needed, computed or taken from the store."""


class DatasetRecord(Record):
    """How the dataset of a case was made: its key in the store, its duration, and the reconstructions it needed."""

    key: str
    cached: bool
    seconds: float
    references: tuple[ReferenceRecord, ...]


class JobsRecord(Record):
    """Summary of all jobs of a case; each job is named `BACKEND/LEG`."""

    count: int
    cache_hits: tuple[str, ...]
    failed: tuple[str, ...]
    seconds: dict[str, float | None]
    keys: dict[str, str | None]


class RunMetadata(Record):
    """Contents of `run_metadata.json`."""

    case: str
    scenario: str
    profile: str
    from_profile: tuple[str, ...]
    """Keys of the scenario whose values come from the profile."""
    overrides: dict[str, str]
    seeds: dict[str, int]
    counts: dict[str, int]
    backends: dict[str, SideRecord]
    """Environment of each backend that could run."""
    paths: dict[str, PathsRecord]
    dataset: DatasetRecord
    jobs: JobsRecord
    damaged_store_entries: tuple[str, ...]
    """One sentence for each damaged entry of the store that was found and recomputed."""
    seconds: float
    finished: str
