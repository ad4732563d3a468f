"""`reassembly.json`: how patches lie on a canvas, in pixels."""

from harness.records.record import Record


class Range(Record):
    """Least and largest offset along one axis."""

    min: float
    max: float


class Placement(Record):
    """Patches of N x N pixels on one canvas. The sums are of patches of ones."""

    patches: int
    offsets: dict[str, Range]
    """From the centre, by axis: `x` and `y`."""
    max_abs_offset: float
    size: int
    """Side of the canvas."""
    required: int
    """Side of the smallest canvas that holds every patch."""
    fits_canvas: bool
    padded_sum: float
    """Sum of what falls on this canvas."""
    required_sum: float
    """The same on a canvas that is large enough."""
    loss_fraction: float
    """1 - padded_sum / required_sum."""
