"""Golden files: `registry.json`, which lists them, and `golden/provenance.json` of a case compared with them."""

from pydantic import Field

from harness.records.record import Record


class Entry(Record):
    """Entry of `registry.json` for one approved file: its checksum, and the run that it was taken from."""

    sha256: str
    size: int
    case: str | None = None
    """Id of the case that the file is a result of; None for a file that belongs to no case."""
    profile: str | None = None
    scenario: str | None = None
    """Digest of those parts of the case's scenario that the file depends on."""
    environment: dict[str, str] = Field(default_factory=dict)
    """Versions that the file's contents depend on, by name; empty where they depend on none."""
    hub: str | None = None
    """Name of the hub that a trained result was taken from; None for other files."""
    commit: str | None = None
    """Commit of the code that wrote that hub, with ` with changes` behind it where its tree was not clean."""

    @property
    def short_commit(self) -> str:
        """The commit as people write it; empty where none is recorded."""
        return (self.commit or "").split(" ")[0][:7]


class SideRecord(Record):
    """Golden files of one side of a case."""

    problem: str | None = None
    """Why the golden files cannot be used, in one sentence; None where they can."""
    files: dict[str, Entry] = Field(default_factory=dict)
    """Registry entry of each golden file by the file's name; empty where there is a problem."""


class Provenance(Record):
    """Contents of `golden/provenance.json`: the golden files of a case as they were when the case was run."""

    reason: str | None
    """Why the case has no golden files; None where it has some."""
    sides: dict[str, SideRecord]
    """Golden files by backend, for those backends that have some."""
