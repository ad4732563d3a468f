"""`comparison/comparison_metrics.json`: all metrics of a case that the judge computed.

A metric that could not be computed is None, and `reasons` says why. Hubs of earlier versions lack some of the metrics
and may hold others: a missing key reads as None, and an unknown key is ignored.
"""

from pydantic import Field

from harness.records.record import Number, Record

Values = dict[str, bool | Number | None]
"""Numbers and facts by their names."""


class BiasRecord(Record, extra="ignore"):
    """Mean, median, 5th and 95th percentile of a picture minus its reference, over the compared pixels."""

    mean: Number | None = None
    median: Number | None = None
    p05: Number | None = None
    p95: Number | None = None


class PartMetrics(Record, extra="ignore"):
    """Metrics of the amplitude or the phase of a picture against its reference; `judge/metrics.py` defines each."""

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
    """Which metrics are None, and why."""


Parts = dict[str, PartMetrics | None]
"""Metrics of a picture by part, `amplitude` and `phase`."""


class AgreementRecord(Record, extra="ignore"):
    """The candidate's picture against the reference side's: metrics of both parts, and the fitted gauges."""

    amplitude: PartMetrics | None = None
    phase: PartMetrics | None = None
    gauges: Values | None = None


class NonfiniteRecord(Record, extra="ignore"):
    """The first metric of a training that became NaN or infinite, and the epoch in which it did."""

    metric: str
    epoch: int


class ScaleMetrics(Record, extra="ignore"):
    """The intensity scale of a side, from the start of the training to the inference."""

    initial: Number | None = None
    final: Number | None = None
    restored: Number | None = None
    """Scale that the inference used."""
    closed_form: Number | None = None
    """Scale that follows from the number of photons and N alone."""


class PatchMetrics(Record, extra="ignore"):
    """Statistics of the amplitude of the predicted patches; `judge/patches.py` defines each."""

    mean: Number | None = None
    std: Number | None = None
    var_zero_mean: Number | None = None
    var_zero_mean_min: Number | None = None
    var_zero_mean_median: Number | None = None


class CanvasMetrics(Record, extra="ignore"):
    """The canvas that a side stitched its patches on: its sizes in pixels, and what falls beyond it."""

    size: Number | None = None
    required: Number | None = None
    fits_canvas: bool | None = None
    max_abs_offset: Number | None = None
    loss_fraction: Number | None = None


class SideMetrics(Record, extra="ignore"):
    """Metrics of one side; those after `canvas` compare its picture with the truth."""

    final_loss: Number | None = None
    first_nonfinite: NonfiniteRecord | None = None
    intensity_scale: ScaleMetrics | None = None
    patches: PatchMetrics | None = None
    collapse_ratio: Number | None = None
    canvas: CanvasMetrics | None = None
    reconstruction: Parts | None = None
    baselines: dict[str, Values] | None = None
    """Correlation of each baseline with the truth: by part, then by the name of the baseline."""
    skill: dict[str, Values] | None = None
    """Skill above each baseline: by part, then by the name of the baseline."""
    contrast: Values | None = None
    gauges: Values | None = None
    twin: Values | None = None
    level: Number | None = None
    nonfinite: Number | None = None


class EnsembleMetrics(Record, extra="ignore"):
    """Results of every member of an ensemble, which are trainings from several seeds."""

    seeds: tuple[int, ...]
    words: dict[str, str]
    """Label of each quantity, as tables show it."""
    figures: dict[str, dict[str, tuple[Number | None, ...]]]
    """By quantity and then by side, one value for each seed."""


class ComparisonMetrics(Record, extra="ignore"):
    """Contents of `comparison_metrics.json`."""

    backends: dict[str, SideMetrics] = Field(default_factory=dict)
    agreement: AgreementRecord | None = None
    ensemble: EnsembleMetrics | None = None
    parts: tuple[str, ...] | None = None
    """Parts of the object that hold structure (amplitude, phase or both), the leading one first."""
    covered_share: Number | None = None
    """Share of the median coverage above which a pixel counts as covered."""
    reasons: dict[str, str] = Field(default_factory=dict)
    """Why a value is None, by `<side>.<metric>` or by the name of a metric of both sides."""
