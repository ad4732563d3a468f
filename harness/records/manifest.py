"""`manifest.json`: every file of a hub."""

from harness.records.record import Record

SCHEMA_VERSION = "1.0"


class FileRecord(Record, extra="ignore"):
    """One file."""

    path: str
    """Relative to the hub."""
    size: int
    """Bytes."""
    sha256: str
    stage: str
    """The stage that wrote it: scenario, dataset, run, judge or report."""


class ManifestRecord(Record, extra="ignore"):
    """The whole file."""

    schema_version: str
    files: tuple[FileRecord, ...]
