"""`summary.json`: the results of a session in a form that programs can read; all pages are made from it."""

from pydantic import Field

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
    """Time, memory and metrics of one side of a case."""

    train_seconds: Number | None
    steps: Number | None
    ms_per_step: Number | None
    peak_rss_mb: Number | None
    parameters: Number | None
    infer_seconds: Number | None
    cached: bool
    """Whether all results of the side were taken from the store."""
    stored: tuple[str, ...] = ()
    """The legs of the side that were taken from the store; none in the hubs of earlier versions."""
    ran: tuple[str, ...] = ()
    """The legs of the side that were run in this session, also those that failed; none in earlier hubs."""
    final_loss: Number | None
    first_nonfinite: NonfiniteRecord | None
    intensity_scale: ScaleMetrics
    patches: PatchMetrics
    canvas: CanvasMetrics
    reconstruction: dict[str, PartMetrics | None]
    """Metrics of `amplitude` and `phase` against the truth."""
    message: str
    """Which values are None, and why."""


class SideBaseline(Record):
    """Those fields of SideSummary that `parity_log.json` repeats."""

    final_loss: Number | None
    intensity_scale: ScaleMetrics
    patches: PatchMetrics
    reconstruction: dict[str, PartMetrics | None]


class CaseSummary(Record):
    """Status, checks and metrics of one case."""

    id: str
    scenario: str
    profile: str
    overrides: dict[str, str]
    fault: str | None
    status: Status
    lowest_red_rung: str | None
    backends: dict[str, SideSummary]
    """Summaries by backend, the reference first."""
    checks: tuple[Check, ...]
    agreement: AgreementRecord
    localisation: LocalisationRecord | None
    message: str
    diagnosis: str = ""
    """What is wrong with the case, in one sentence."""
    rung_seconds: dict[str, Number] = Field(default_factory=dict)
    """Seconds of each rung: judging, and the legs that it was the first to need; empty in hubs of earlier versions."""
    leg_seconds: dict[str, Number] = Field(default_factory=dict)
    """Seconds of each leg that was run, by `BACKEND/LEG`; none of those from the store."""


class Totals(Record):
    """Number of cases, and number of checks of each status."""

    cases: int
    checks: int
    passed: int
    failed: int
    errors: int
    inconclusive: int
    declared: int = 0
    """Differences that the scenario declares; none in the hubs of earlier versions."""
    skipped: int


class Provenance(Record):
    """Code, versions and device that the results were computed with."""

    git_commit: str | None
    git_branch: str | None = None
    """None in hubs of earlier versions."""
    dirty: bool | None
    harness_version: str | None
    python: str | None
    frameworks: dict[str, str | None]
    device: str | None
    threads: int | None


class StudySummary(Record):
    """Status and checks of a dose study, which judges all doses of a scenario together."""

    id: str
    status: Status
    checks: tuple[Check, ...]


class Summary(Record):
    """Contents of `summary.json`."""

    schema_version: str
    hub: str
    started: str
    finished: str | None
    """None for a session that has not finished."""
    duration_s: float | None
    exit_status: int | None
    command: str
    provenance: Provenance
    totals: Totals
    cases: tuple[CaseSummary, ...]
    studies: tuple[StudySummary, ...]
