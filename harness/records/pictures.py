"""What `comparison_metrics.json` says of the pictures of a case: of each side, and of the two together."""

from harness.files import JsonObject
from harness.records.inference import TwinChoice
from harness.records.record import Record


class FittedGauges(Record):
    """What the physics leaves free between two pictures, as it was fitted."""

    scale: float | None
    """Of the amplitude; None for a picture of zeros."""
    global_phase: float
    """Radians."""
    ramp_x: float
    """Radians a pixel."""
    ramp_y: float
    shift_x: float
    """Pixels."""
    shift_y: float
    twin: bool
    """Whether the twin conj(O(-x)) of the picture is nearer."""

    def misplacement(self) -> dict[str, float]:
        """Those that may not be large: `shift`, pixels, and `ramp`, radians a pixel, of the worse axis."""
        return {
            "shift": max(abs(self.shift_x), abs(self.shift_y)),
            "ramp": max(abs(self.ramp_x), abs(self.ramp_y)),
        }


class TwinMargin(Record):
    """Mean correlation of predicted patches with the true ones; None when most have no contrast."""

    truth: float | None
    flipped: float | None
    """With the twins of the true ones."""
    margin: float | None
    """The former minus the latter."""
    patches: int
    """How many had contrast."""


class _AsPredicted(TwinMargin):
    margin_as_predicted: float | None
    """The margin before the inference chose among twins."""


class TwinMetrics(TwinChoice, _AsPredicted):
    """The margin of the patches as they were placed, and the choice, whose keys stand last."""


class ReconstructionMetrics(Record):
    """One side against the truth."""

    reconstruction: dict[str, JsonObject]
    """METRICS of amplitude and phase."""
    baselines: dict[str, dict[str, float | None]]
    """Correlation of each baseline with the truth, by part."""
    skill: dict[str, dict[str, float | None]]
    """How far the side is above each baseline, by part."""
    contrast: dict[str, float | None]
    gauges: FittedGauges
    twin: TwinMetrics
    level: float | None
    """Mean amplitude over the one that the data ask for."""
    nonfinite: int
    """Pixels of the picture that are not finite."""


class AgreementMetrics(Record):
    """The candidate's picture against the reference's: METRICS a part, and gauges."""

    amplitude: JsonObject
    phase: JsonObject
    gauges: FittedGauges
