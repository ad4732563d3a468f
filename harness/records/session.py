"""`session.json`: the options of a session, when it ran, and whether it finished."""

from pydantic import Field

from harness.records.record import Number, Record


class SessionRecord(Record, extra="ignore"):
    """Contents of `session.json`. It holds no absolute path; of interpreters only the file names."""

    command: str
    profile: str
    backends: tuple[str, str]
    """The two backends that are compared, the reference first."""
    interpreters: dict[str, str]
    overrides: dict[str, str]
    device: str
    store: str
    """`on` or `off`: whether results are taken from the store."""
    timeout: Number | None
    """Time limit of a leg, seconds."""
    budget: Number | None = None
    """Time budget of the session, seconds."""
    strict: bool = False
    executor: str = "local"
    """What ran the workers: this machine, or an engine that has others."""
    fault: str | None = None
    """Name of the fault that the session injected; None where it injected none."""
    planned: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """The rungs that were planned for each case, written before any work begins; none in hubs of earlier versions."""
    started: str
    finished: str | None
    """None for a session that did not finish."""
    exit_status: int | None
