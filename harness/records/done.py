"""`done.json` of a finished folder of the store: what it was made from, and what it holds."""

from harness.files import JsonObject
from harness.records.record import Record, SparseRecord


class FileChecksum(Record):
    """One file of a sealed folder."""

    size: int
    """Bytes."""
    sha256: str


class DoneRecord(SparseRecord):
    """The whole file."""

    kind: str
    key: str
    made_from: JsonObject
    """What the key is the digest of."""
    seconds: float | None = None
    """Seconds that a leg took; a dataset does not say."""
    files: dict[str, FileChecksum]
    """By name relative to the folder."""
