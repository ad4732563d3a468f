"""`patch_stats.json`: statistics of predicted patches. A number is None where it is not finite."""

from harness.records.record import Record, SparseRecord


class PatchStatistics(Record):
    """Statistics of the amplitude or of the phase of one patch."""

    mean: float | None
    std: float | None
    var_zero_mean: float | None
    """Variance about the patch's own mean: its contrast, independent of its level."""
    min: float | None
    max: float | None
    nonfinite: int
    """Number of values that are not finite."""


class PatchSummary(Record):
    """Statistics over many patches; each variance is taken within one patch, about that patch's own mean."""

    mean: float | None
    std: float | None
    var_zero_mean: float | None
    """Mean of the patches' variances."""
    var_zero_mean_min: float | None
    var_zero_mean_median: float | None
    count: int
    """Number of patches."""
    nonfinite: int


class PatchRecord(Record):
    """Statistics of one patch, which `group` and `channel` identify."""

    group: int
    channel: int
    amplitude: PatchStatistics
    phase: PatchStatistics


class PatchStats(SparseRecord):
    """Contents of `patch_stats.json`; single patches are listed only when an option asks for them."""

    region: int
    """Pixels a side of the central region of a patch, which alone the network predicts."""
    amplitude: PatchSummary
    phase: PatchSummary
    inference_groups: tuple[PatchRecord, ...] | None = None
    """Patches of the first groups of the inference."""
    training_batches: tuple[tuple[PatchRecord, ...], ...] | None = None
    """Patches of the first batches of the training, batch by batch."""
