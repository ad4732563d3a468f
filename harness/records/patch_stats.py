"""`patch_stats.json`: figures of predicted patches. A figure is None where it is not finite."""

from harness.records.record import Record, SparseRecord


class PatchStatistics(Record):
    """Figures of one patch."""

    mean: float | None
    std: float | None
    var_zero_mean: float | None
    """Variance after the patch's own mean is taken away: contrast, whatever its level."""
    min: float | None
    max: float | None
    nonfinite: int
    """Values that are not finite."""


class PatchSummary(Record):
    """Figures of many patches together; the variances are of each patch by itself."""

    mean: float | None
    std: float | None
    var_zero_mean: float | None
    """Mean over the patches."""
    var_zero_mean_min: float | None
    var_zero_mean_median: float | None
    count: int
    nonfinite: int


class PatchRecord(Record):
    """One patch of a group."""

    group: int
    channel: int
    amplitude: PatchStatistics
    phase: PatchStatistics


class PatchStats(SparseRecord):
    """The whole file; patches are listed one by one when the session was asked to."""

    region: int
    """Pixels a side of the centre of a patch that is predicted."""
    amplitude: PatchSummary
    phase: PatchSummary
    inference_groups: tuple[PatchRecord, ...] | None = None
    training_batches: tuple[tuple[PatchRecord, ...], ...] | None = None
