"""`summary.json`: a session for programs. All pages are made from it."""

from harness.records.localisation import LocalisationRecord
from harness.records.metrics import (
    AgreementRecord,
    CanvasMetrics,
    NonfiniteRecord,
    PartMetrics,
    PatchMetrics,
    ScaleMetrics,
)
from harness.records.record import Number, Record
from harness.records.verdict import Check, Status

SCHEMA_VERSION = "1.0"


class SideSummary(Record):
    """What one side of a case cost, and what it reached."""

    train_seconds: Number | None
    steps: Number | None
    ms_per_step: Number | None
    peak_rss_mb: Number | None
    parameters: Number | None
    infer_seconds: Number | None
    cached: bool
    """Whether all of its results were taken from the store."""
    final_loss: Number | None
    first_nonfinite: NonfiniteRecord | None
    intensity_scale: ScaleMetrics
    patches: PatchMetrics
    canvas: CanvasMetrics
    reconstruction: dict[str, PartMetrics | None]
    """METRICS of `amplitude` and `phase` against the truth."""
    message: str
    """Why a figure is None."""


class SideBaseline(Record):
    """The part of it that a parity log repeats."""

    final_loss: Number | None
    intensity_scale: ScaleMetrics
    patches: PatchMetrics
    reconstruction: dict[str, PartMetrics | None]


class CaseSummary(Record):
    """One case as it was judged and measured."""

    id: str
    scenario: str
    profile: str
    overrides: dict[str, str]
    fault: str | None
    status: Status
    lowest_red_rung: str | None
    backends: dict[str, SideSummary]
    """The reference comes first."""
    checks: tuple[Check, ...]
    agreement: AgreementRecord
    localisation: LocalisationRecord | None
    message: str
    diagnosis: str = ""
    """What is wrong with the case, in one sentence."""


class Totals(Record):
    """How many cases there were, and how many checks of each status."""

    cases: int
    checks: int
    passed: int
    failed: int
    errors: int
    inconclusive: int
    skipped: int


class Provenance(Record):
    """Where the results come from."""

    git_commit: str | None
    dirty: bool | None
    harness_version: str | None
    python: str | None
    frameworks: dict[str, str | None]
    device: str | None
    threads: int | None


class StudySummary(Record):
    """What is true over all doses of a scenario."""

    id: str
    status: Status
    checks: tuple[Check, ...]


class Summary(Record):
    """The whole file."""

    schema_version: str
    hub: str
    started: str
    finished: str | None
    """None of a session that has not come to its end."""
    duration_s: float | None
    exit_status: int | None
    command: str
    provenance: Provenance
    totals: Totals
    cases: tuple[CaseSummary, ...]
    studies: tuple[StudySummary, ...]
