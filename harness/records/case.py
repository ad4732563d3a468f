"""`case.json`: what was asked of a case."""

from harness.records.record import Record


class CaseRecord(Record):
    """What a case was planned with. It stands before any work begins, so a killed session tells what is missing."""

    id: str
    scenario: str
    """Name of the scenario, of which the case may be one point of a matrix."""
    file: str
    """File of the scenario, without its folder."""
    description: str
    profile: str
    overrides: dict[str, str]
    """Dotted key to the text that was given for it."""
    backends: tuple[str, str]
    """The pair, reference first."""
    fault: str | None = None
    """The injected fault, of a session that asked for one."""
    rungs: tuple[str, ...]
    """The planned rungs, in the order of the ladder."""
    limits: dict[str, float]
    """Limits that the scenario or an override gives."""
    limit_origins: dict[str, str]
    """Where each of them comes from."""
