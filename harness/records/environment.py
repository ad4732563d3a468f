"""`environment.json`: the Python, the machine and the package versions that a session ran with."""

from pydantic import Field

from harness.records.record import Record


class EnvironmentRecord(Record, extra="ignore"):
    """Contents of `environment.json`; what could not be found out is None."""

    python: str | None = None
    implementation: str | None = None
    executable: str | None = None
    """File name of the Python interpreter, without its folder."""
    platform: str | None = None
    machine: str | None = None
    cores: int | None = None
    threads: int | None = None
    """Number of threads that each worker process may use."""
    harness_version: str | None = None
    packages: dict[str, str] = Field(default_factory=dict)
    """Versions of the installed packages by name."""
    variables: dict[str, str] = Field(default_factory=dict)
    """Environment variables that can change a result, by name."""
    git_commit: str | None = None
    """Commit of the repository that the session ran in; None outside a repository or without git."""
    git_branch: str | None = None
    """Its branch; None too where none is checked out, as in most runs of CI."""
    dirty: bool | None = None
    """Whether files of the repository differed from the commit."""
