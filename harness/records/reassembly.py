"""`reassembly/reassembly.json`: does the canvas of a case hold what is placed on it?"""

from harness.records.record import Number, Record


class PlacementRecord(Record):
    """How the patches of one half of the scan, or of one side, lie on their canvas; in pixels."""

    patches: int
    offsets: dict[str, dict[str, Number | None]]
    """`min` and `max` along `x` and `y`, from the centre of the canvas."""
    max_abs_offset: Number | None
    size: int
    """Pixels a side of the canvas."""
    required: int
    """Pixels a side of the smallest canvas that holds them."""
    fits_canvas: bool
    padded_sum: Number
    """Sum of patches of ones on this canvas."""
    required_sum: Number
    """The same on one that is large enough."""
    loss_fraction: Number | None


class ReassemblyRecord(Record):
    """The whole file."""

    case: str
    N: int
    """Pixels a side of a pattern."""
    unit: str
    halves: dict[str, PlacementRecord]
    sides: dict[str, PlacementRecord]
    reasons: dict[str, str]
    """Why a half or a side is missing."""
