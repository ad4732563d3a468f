"""`dataset/truth.json`: where the true object lies, beside its amplitude and phase."""

from typing import Literal

from harness.records.record import Record


class TruthFacts(Record):
    """The whole file."""

    kind: Literal["simulation", "reference"]
    """A reference reconstruction stands in for the truth of measured data."""
    origin_x: float
    """Coordinate of the first column: position (x, y) lies at array index (y - origin_y, x - origin_x)."""
    origin_y: float
    model_scale: float | None
    """Factor from the truth's amplitude to the model's, when exp(log_scale) is the data's intensity_scale."""
