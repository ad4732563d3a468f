"""`declared.json` of a user's pair: the differences that are known and accepted until a day."""

from harness.records.record import Record


class DeclaredDifference(Record):
    """One of them."""

    differs: str
    """What differs, and how."""
    reason: str
    until: str
    """The last day on which it is accepted, such as 2027-06-30."""


class DeclaredRecord(Record):
    """Contents of `declared.json`: by the name of the layer, stage, weight or setting that differs."""

    differences: dict[str, DeclaredDifference]
