"""`studies/<scenario>/study.json`: quality of the reconstructions over the dose for both backends, and the verdict."""

from harness.records.record import Number, Record
from harness.records.verdict import Check, Status


class OverSeeds(Record):
    """One metric for every seed of training; mean and deviation are None where the value of a seed is not finite."""

    values: tuple[Number | None, ...]
    mean: float | None
    std: float | None


class ScaleOverSeeds(Record):
    """The intensity scale of a side at one dose."""

    used: Number | None
    """Scale of the dataset."""
    trained: OverSeeds
    closed_form: Number
    ratio: float | None
    """Mean of the trained scales divided by the closed form."""


class PointRecord(Record):
    """Results of one side at one dose."""

    case: str
    nphotons: Number
    curve: str
    """What distinguishes the case from the others at its dose, such as the loss; empty where it is the only one."""
    backend: str
    seeds: tuple[int, ...]
    figures: dict[str, OverSeeds]
    """Metrics by name (DOSE_METRICS in `judge/dose.py`)."""
    intensity_scale: ScaleOverSeeds | None
    reason: str | None
    """Why there are no metrics; None where there are some."""


class StudyVerdict(Record):
    """Verdict of the dose rung, over all doses and curves."""

    status: Status
    rung: str
    checks: tuple[Check, ...]


class StudyRecord(Record):
    """Contents of `study.json`."""

    schema_version: str
    scenario: str
    points: tuple[PointRecord, ...]
    verdict: StudyVerdict
