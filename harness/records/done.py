"""`done.json` of a finished folder of the store: its inputs, and the checksum of every file in it."""

from harness.files import JsonObject
from harness.records.record import Record, SparseRecord


class FileChecksum(Record):
    """Size and SHA-256 of one file of a finished folder."""

    size: int
    """Size in bytes."""
    sha256: str


class DoneRecord(SparseRecord):
    """Contents of `done.json`, the last file that is written to a folder: a folder that holds it is complete."""

    kind: str
    key: str
    made_from: JsonObject
    """The inputs whose digest is `key`."""
    seconds: float | None = None
    """Duration of a leg; absent for a dataset."""
    files: dict[str, FileChecksum]
    """Checksums by file name, relative to the folder."""
