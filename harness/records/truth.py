"""`dataset/truth.json`: position and scale of the true object, whose amplitude and phase are NPY files beside it."""

from typing import Literal

from harness.records.record import Record


class TruthFacts(Record):
    """Contents of `truth.json`."""

    kind: Literal["simulation", "reference"]
    """`reference`: a reference reconstruction, which stands in for the unknown truth of measured data."""
    origin_x: float
    """Coordinate of the first column: position (x, y) lies at array index (y - origin_y, x - origin_x)."""
    origin_y: float
    model_scale: float | None
    """Factor from the truth's amplitude to the model's, when exp(log_scale) is the data's intensity_scale."""
