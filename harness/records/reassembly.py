"""`reassembly/reassembly.json`: does the canvas of a case hold all patches that are placed on it?"""

from harness.records.record import Number, Record


class PlacementRecord(Record):
    """Positions of the patches of one half of the scan, or of one side, on their canvas; in pixels."""

    patches: int
    offsets: dict[str, dict[str, Number | None]]
    """Smallest and largest offset (`min`, `max`) from the centre of the canvas, by axis (`x`, `y`)."""
    max_abs_offset: Number | None
    size: int
    """Pixels a side of the canvas."""
    required: int
    """Pixels a side of the smallest canvas that holds all patches."""
    fits_canvas: bool
    padded_sum: Number
    """Sum over this canvas when every patch is filled with ones."""
    required_sum: Number
    """Sum over a canvas that is large enough for all patches, each filled with ones."""
    loss_fraction: Number | None
    """Share of the patches' area that falls beyond the canvas."""


class ReassemblyRecord(Record):
    """Contents of `reassembly.json`."""

    case: str
    N: int
    """Pixels a side of a diffraction pattern."""
    unit: str
    halves: dict[str, PlacementRecord]
    sides: dict[str, PlacementRecord]
    reasons: dict[str, str]
    """Why a half or a side is missing, by its name."""
