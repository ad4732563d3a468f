"""What an inference leaves beside its arrays: `canvas.json`, `stats.json` and `patch_stats.json`."""

from typing import Literal

from harness.records.metrics import Figures
from harness.records.record import Number, Record, SparseRecord


class CanvasFacts(Record):
    """The picture that patches were stitched on."""

    size: int
    """Pixels a side."""
    required: int
    """Pixels a side that hold every patch."""
    fits_canvas: bool
    max_abs_offset: float
    """Pixels from the centre of the canvas to the farthest patch, along one axis."""
    loss_fraction: float | None
    """Part of the area of the patches that lies outside; None where it is not finite."""
    centre_x: float
    centre_y: float
    """Position of the pixel with index size/2 on the grid of the object."""
    reassemble_m: int
    """Pixels a side of the centre of a patch that is stitched."""
    weighting: Literal["uniform", "probe"]


class InferenceStats(Record, extra="ignore"):
    """How long an inference took, and the intensity scale that it used."""

    infer_seconds: Number | None = None
    intensity_scale_restored: Number | None = None
    intensity_scale_source: str | None = None
    """Whose scale it is."""


class PatchRecord(Record, extra="ignore"):
    """Statistics of one patch."""

    group: int
    channel: int
    amplitude: Figures
    phase: Figures


class PatchStats(SparseRecord, extra="ignore"):
    """Statistics of the predicted patches, on the region that the network predicts."""

    region: int
    """Pixels a side."""
    amplitude: Figures
    phase: Figures
    inference_groups: tuple[PatchRecord, ...] | None = None
    """Patch by patch, where the session was asked to keep them."""
    training_batches: tuple[tuple[PatchRecord, ...], ...] | None = None
