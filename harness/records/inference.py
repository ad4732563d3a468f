"""What an inference leaves beside its arrays: `canvas.json`."""

from typing import Literal

from harness.records.record import Record


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
