"""`<backend>/stages.json`: one run, stage by stage, from what was measured to what was predicted."""

from harness.records.history import HistorySummary
from harness.records.metrics import CanvasMetrics, Parts, PatchMetrics
from harness.records.record import Number, Record
from harness.records.run import SideRecord

SCHEMA_VERSION = "1.0"


class RunProvenance(Record):
    """Which run it is, of which data, and what it ran on; None for what nobody wrote down."""

    hub: str
    case: str
    backend: str
    profile: str
    harness_version: str | None
    git_commit: str | None
    dirty: bool | None
    environment: SideRecord | None
    scenario_sha256: str | None
    data_sha256: str | None


class StageStatistics(Record):
    """Statistics of the amplitudes of one stage; `judge/intensity.py` defines each figure."""

    shape: tuple[int, ...]
    dtype: str
    min: Number | None
    max: Number | None
    mean: Number | None
    std: Number | None
    rms: Number | None
    nan: int
    finite: int
    total: int


class StepRecord(Record):
    """One stage over the one before it; `judge/symmetry.py` defines each figure."""

    stage: str
    over: str | None
    """The stage before; None of the first."""
    ratio: Number | None
    rms_ratio: Number | None
    expected: Number | None
    symmetry: Number | None


class ProductRecord(Record):
    """The chain as a whole; None where it does not reach its end."""

    ratio: Number | None
    symmetry: Number | None


class SymmetryCheck(Record):
    """Is the run as bright where it ends as where it began?"""

    expected: Number
    tolerance: Number
    first_beyond: str | None
    deviates_most: str | None
    deviation: Number | None
    is_symmetric: bool | None
    """None where stages are missing and the others keep to the tolerance."""


class StageRatios(Record):
    """The steps between the stages that are there, and what follows from them."""

    steps: tuple[StepRecord, ...]
    product: ProductRecord
    check: SymmetryCheck


class InferenceMetrics(Record):
    """What was predicted, and the canvas that it was stitched on."""

    patches: PatchMetrics
    canvas: CanvasMetrics


class PictureMetrics(Record):
    """METRICS of the side against the truth, and of the two sides against each other."""

    reconstruction: Parts
    agreement: Parts
    reasons: dict[str, str]


class StagesRecord(Record):
    """The whole file; a section that could not be had is None, and `reasons` says why."""

    schema_version: str
    provenance: RunProvenance
    configuration: dict[str, object] | None
    """Keys of the scenario that say how the data were made and trained on."""
    probe: dict[str, object] | None
    """The probe `before` and `after` it was normalised, refined and masked, and what was asked for."""
    intensity_stages: dict[str, StageStatistics | None]
    stage_ratios: StageRatios | None
    intensity_scale: dict[str, Number | str | None]
    training: HistorySummary | None
    inference: InferenceMetrics | None
    comparison: PictureMetrics | None
    reasons: dict[str, str]
