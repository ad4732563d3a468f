"""Golden files: their `registry.json`, and `golden/provenance.json` of a case that is held against some of them."""

from pydantic import Field

from harness.records.record import Record


class Entry(Record):
    """A file that was approved, and what it came from."""

    sha256: str
    size: int
    case: str | None = None
    """None for a file that is of no case."""
    profile: str | None = None
    scenario: str | None = None
    """Digest of what the file depends on in the scenario of its case."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Versions that the content depends on, by name; empty where it depends on none."""
    hub: str | None = None
    """Name of the hub that a trained result was taken from."""
    commit: str | None = None
    """Commit of the code of that hub."""


class SideRecord(Record):
    """What is approved of one side of a case."""

    problem: str | None = None
    """Why it cannot be used, in a sentence."""
    files: dict[str, Entry] = Field(default_factory=dict)
    """By name; none where there is a problem."""


class Provenance(Record):
    """What is approved of a case, as it was when the case was run."""

    reason: str | None
    """Why nothing is approved."""
    sides: dict[str, SideRecord]
    """Those of which something is approved."""
