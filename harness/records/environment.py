"""`environment.json`: what a session ran on."""

from pydantic import Field

from harness.records.record import Record


class EnvironmentRecord(Record, extra="ignore"):
    """The whole file."""

    python: str | None = None
    implementation: str | None = None
    executable: str | None = None
    """Name of the interpreter's file."""
    platform: str | None = None
    machine: str | None = None
    cores: int | None = None
    threads: int | None = None
    """Threads of a worker."""
    harness_version: str | None = None
    packages: dict[str, str] = Field(default_factory=dict)
    """Versions by name."""
    variables: dict[str, str] = Field(default_factory=dict)
    """Environment variables that can change a result."""
    git_commit: str | None = None
    """None outside a repository or without git."""
    dirty: bool | None = None
    """Whether its files differ from the commit."""
