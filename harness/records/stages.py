"""`<backend>/stages.json`: the data of one run, stage by stage, from the measured patterns to the predicted ones."""

from harness.records.history import HistorySummary
from harness.records.metrics import CanvasMetrics, Parts, PatchMetrics
from harness.records.record import Number, Record
from harness.records.run import SideRecord

SCHEMA_VERSION = "1.0"


class RunProvenance(Record):
    """Which run the file describes, its data and its environment; None for what was not recorded."""

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
    """Statistics of the diffraction amplitudes of one stage; `judge/intensity.py` defines the stages."""

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
    """Ratios of one stage to the stage before it; `judge/symmetry.py` defines each."""

    stage: str
    over: str | None
    """Name of the stage before; None for the first stage."""
    ratio: Number | None
    rms_ratio: Number | None
    expected: Number | None
    symmetry: Number | None


class ProductRecord(Record):
    """Product of the ratios over all stages; None where the last stage is missing."""

    ratio: Number | None
    symmetry: Number | None


class SymmetryCheck(Record):
    """Is the intensity symmetry 1 within the tolerance, at each stage and over all of them?"""

    expected: Number
    tolerance: Number
    first_beyond: str | None
    """First stage beyond the tolerance; None where there is none."""
    deviates_most: str | None
    """Stage whose symmetry is farthest from 1."""
    deviation: Number | None
    """Symmetry of that stage minus 1."""
    is_symmetric: bool | None
    """None where stages are missing and all others are within the tolerance."""


class StageRatios(Record):
    """Ratios between the stages that exist, their product, and the check of the intensity symmetry."""

    steps: tuple[StepRecord, ...]
    product: ProductRecord
    check: SymmetryCheck


class InferenceMetrics(Record):
    """Metrics of the predicted patches, and of the canvas that they were stitched on."""

    patches: PatchMetrics
    canvas: CanvasMetrics


class PictureMetrics(Record):
    """Metrics of pictures: of the side against the truth, and of the two sides against each other."""

    reconstruction: Parts
    agreement: Parts
    reasons: dict[str, str]


class StagesRecord(Record):
    """Contents of `stages.json`; a section that could not be computed is None, and `reasons` says why."""

    schema_version: str
    provenance: RunProvenance
    configuration: dict[str, object] | None
    """Values of the scenario that say how the data were made and trained on, by dotted key."""
    probe: dict[str, object] | None
    """The probe `before` and `after` it was normalised, refined and masked, and the scenario's settings of it."""
    intensity_stages: dict[str, StageStatistics | None]
    stage_ratios: StageRatios | None
    intensity_scale: dict[str, Number | str | None]
    training: HistorySummary | None
    inference: InferenceMetrics | None
    comparison: PictureMetrics | None
    reasons: dict[str, str]
