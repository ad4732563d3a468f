"""`comparison/comparison_metrics.json`: all figures of a case that the judge computed.

A figure that could not be had is None; `reasons` says why. Hubs of earlier versions lack some of the figures and may
hold others: what is missing reads as None, and what is not known is left out.
"""

from pydantic import Field

from harness.records.record import Number, Record

Values = dict[str, bool | Number | None]
"""Values by name."""


class BiasRecord(Record, extra="ignore"):
    """How the differences of a picture from its reference are distributed."""

    mean: Number | None = None
    median: Number | None = None
    p05: Number | None = None
    p95: Number | None = None


class PartMetrics(Record, extra="ignore"):
    """How far the amplitude or the phase of a picture is from its reference; `judge/metrics.py` defines each figure."""

    mae: Number | None = None
    rmse: Number | None = None
    max_abs: Number | None = None
    pearson_r: Number | None = None
    ssim: Number | None = None
    ms_ssim: Number | None = None
    ms_ssim_scales: Number | None = None
    psnr: Number | None = None
    frc50: Number | None = None
    frc_half_bit: Number | None = None
    frc_one_seventh: Number | None = None
    count: Number | None = None
    scale: Number | None = None
    rescaled_mae: Number | None = None
    bias: BiasRecord | None = None
    message: str | None = None
    """Why a figure is None."""


Parts = dict[str, PartMetrics | None]
"""METRICS of `amplitude` and `phase`."""


class AgreementRecord(Record, extra="ignore"):
    """The sides against each other: METRICS of both parts, and the gauges that were fitted from one to the other."""

    amplitude: PartMetrics | None = None
    phase: PartMetrics | None = None
    gauges: Values | None = None


class NonfiniteRecord(Record, extra="ignore"):
    """The first metric of a training that was not finite, and its epoch."""

    metric: str
    epoch: int


class ScaleMetrics(Record, extra="ignore"):
    """The intensity scale of a side."""

    initial: Number | None = None
    final: Number | None = None
    restored: Number | None = None
    """The one that its inference used."""
    closed_form: Number | None = None


class PatchMetrics(Record, extra="ignore"):
    """The amplitude of the predicted patches; `judge/patches.py` defines each figure."""

    mean: Number | None = None
    std: Number | None = None
    var_zero_mean: Number | None = None
    var_zero_mean_min: Number | None = None
    var_zero_mean_median: Number | None = None


class CanvasMetrics(Record, extra="ignore"):
    """The picture that a side stitched its patches on, in pixels."""

    size: Number | None = None
    required: Number | None = None
    fits_canvas: bool | None = None
    max_abs_offset: Number | None = None
    loss_fraction: Number | None = None


class SideMetrics(Record, extra="ignore"):
    """The figures of one side; those below `canvas` are of its picture against the truth."""

    final_loss: Number | None = None
    first_nonfinite: NonfiniteRecord | None = None
    intensity_scale: ScaleMetrics | None = None
    patches: PatchMetrics | None = None
    collapse_ratio: Number | None = None
    canvas: CanvasMetrics | None = None
    reconstruction: Parts | None = None
    baselines: dict[str, Values] | None = None
    """Of each part the correlation of every baseline."""
    skill: dict[str, Values] | None = None
    """Of each part the skill above every baseline."""
    contrast: Values | None = None
    gauges: Values | None = None
    twin: Values | None = None
    level: Number | None = None
    nonfinite: Number | None = None


class EnsembleMetrics(Record, extra="ignore"):
    """Quantities of the members of an ensemble."""

    seeds: tuple[int, ...]
    words: dict[str, str]
    """What each quantity is called in a table."""
    figures: dict[str, dict[str, tuple[Number | None, ...]]]
    """By quantity and side, a value a seed."""


class ComparisonMetrics(Record, extra="ignore"):
    """The whole file."""

    backends: dict[str, SideMetrics] = Field(default_factory=dict)
    agreement: AgreementRecord | None = None
    ensemble: EnsembleMetrics | None = None
    parts: tuple[str, ...] | None = None
    """The parts that hold a picture, the leading one first."""
    covered_share: Number | None = None
    reasons: dict[str, str] = Field(default_factory=dict)
    """By `<side>.<figure>` or figure."""
