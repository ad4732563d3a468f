"""`session.json`: what a session was asked, and whether it came to its end."""

from harness.records.record import Number, Record


class SessionRecord(Record, extra="ignore"):
    """The whole file. It holds no path of the machine but the names of the interpreters' files."""

    command: str
    profile: str
    backends: tuple[str, str]
    """The pair, reference first."""
    interpreters: dict[str, str]
    overrides: dict[str, str]
    device: str
    store: str
    """`on` or `off`."""
    timeout: Number | None
    """Seconds that a leg may take."""
    budget: Number | None = None
    """Seconds that the session may take."""
    strict: bool = False
    fault: str | None = None
    """The injected fault, of a session that asked for one."""
    started: str
    finished: str | None
    exit_status: int | None
