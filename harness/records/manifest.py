"""`manifest.json`: the list of all files of a hub, with their checksums."""

from harness.records.record import Record

SCHEMA_VERSION = "1.0"


class FileRecord(Record, extra="ignore"):
    """Entry of the manifest for one file."""

    path: str
    """Path relative to the hub."""
    size: int
    """Size in bytes."""
    sha256: str
    stage: str
    """Stage of the session that wrote the file: scenario, dataset, run, judge or report."""


class ManifestRecord(Record, extra="ignore"):
    """Contents of `manifest.json`."""

    schema_version: str
    files: tuple[FileRecord, ...]
