"""`declared.json` of a user's pair: the differences that are known and accepted until a day."""

from harness.records.record import Record


class DeclaredDifference(Record):
    """One of them."""

    differs: str
    """What differs, and how."""
    reason: str
    until: str
    """The last day on which it is accepted, such as 2027-06-30."""
    found: str = ""
    """What the check says of it, in part, such as `17109.9 times`; a check that says otherwise stays red."""
    every_run: bool = True
    """Whether every run shows it. One that chance decides, such as what two trainings from other weights lead to, is
    not missed where a run does not show it."""


class DeclaredRecord(Record):
    """Contents of `declared.json`: by the name of the layer, stage, weight or setting that differs."""

    differences: dict[str, DeclaredDifference]
