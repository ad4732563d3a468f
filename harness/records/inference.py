"""What an inference leaves beside its arrays: `canvas.json` and `stats.json`."""

from typing import Literal

from harness.files import JsonObject
from harness.records.record import Record, SparseRecord


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


class TwinChoice(SparseRecord):
    """How many patches were turned into their twins, where the probe cannot tell the two apart."""

    open: bool
    """Whether the probe leaves it open."""
    turned: int
    disagreement_before: float | None = None
    """What overlapping patches disagreed by before the choice; not told where there was none."""
    disagreement_after: float | None = None


class InferenceStats(Record):
    """`stats.json`: what an inference ran with, and what it took."""

    infer_seconds: float
    intensity_scale_restored: float | None
    """The intensity scale that it used; None where that is not finite."""
    intensity_scale_source: Literal["bundle", "closed form: the model has none"]
    weights_trained_by: str
    synchronised: bool
    """Whether phases were added to bring the patches in step."""
    twins: TwinChoice
    peak_rss_mb: float
    """Largest resident memory of the worker, MiB."""
    facts: JsonObject
    """What the port says of itself."""
