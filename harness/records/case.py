"""`case.json`: the scenario and the options that a case was planned with."""

from typing import Annotated

from pydantic import Field

from harness.records.record import Record

SideName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@=-]*$")]
"""Name of a side, such as `torch` or `torch@main`; it names the folder of its files."""
FolderName = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$")]
"""A name that stays in its folder: in the hub of someone else it decides what is read and written."""


class CaseRecord(Record):
    """Contents of `case.json`, which is written before any work begins: a killed session thus shows what is missing."""

    id: str
    scenario: str
    """Name of the scenario; a scenario with a matrix has several cases."""
    file: str
    """Name of the scenario's file, without its folder."""
    description: str
    profile: str
    overrides: dict[str, str]
    """Overrides of the scenario: text of the value by dotted key."""
    backends: tuple[SideName, SideName]
    """The two backends that are compared, the reference first."""
    fault: str | None = None
    """Name of the fault that the session injected; None where it injected none."""
    rungs: tuple[FolderName, ...]
    """Names of the rungs to judge, in the order of the ladder."""
    limits: dict[str, float]
    """Limits that the scenario or an override sets, by name (`rung.check`)."""
    limit_origins: dict[str, str]
    """For each of these limits, the file and line or the option that set it."""
