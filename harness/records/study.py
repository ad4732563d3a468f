"""`studies/<scenario>/study.json`: quality over dose for both backends, and the verdict on it."""

from harness.records.record import Number, Record
from harness.records.verdict import Check, Status


class OverSeeds(Record):
    """A figure of every seed; mean and deviation are None where one of them has no finite value."""

    values: tuple[Number | None, ...]
    mean: float | None
    std: float | None


class ScaleOverSeeds(Record):
    """The intensity scale of a side at one dose."""

    used: Number | None
    """The dataset's."""
    trained: OverSeeds
    closed_form: Number
    ratio: float | None
    """Mean of the trained ones over the closed form."""


class PointRecord(Record):
    """One side at one dose."""

    case: str
    nphotons: Number
    curve: str
    """What tells the case from the others of its dose, such as the loss; empty where nothing does."""
    backend: str
    seeds: tuple[int, ...]
    figures: dict[str, OverSeeds]
    intensity_scale: ScaleOverSeeds | None
    reason: str | None
    """Why there are no figures."""


class StudyVerdict(Record):
    """The verdict on all doses."""

    status: Status
    rung: str
    checks: tuple[Check, ...]


class StudyRecord(Record):
    """The whole file."""

    schema_version: str
    scenario: str
    points: tuple[PointRecord, ...]
    verdict: StudyVerdict
