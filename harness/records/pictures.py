"""The parts of `comparison_metrics.json` that compare pictures: each side with the truth, and the two sides."""

from harness.files import JsonObject
from harness.records.inference import TwinChoice
from harness.records.record import Record


class FittedGauges(Record):
    """Gauges fitted between two pictures: scale, phase and position, which the physics may leave free."""

    scale: float | None
    """Factor on the amplitude; None for a picture of zeros."""
    global_phase: float
    """Radians."""
    ramp_x: float
    """Radians a pixel."""
    ramp_y: float
    shift_x: float
    """Pixels."""
    shift_y: float
    twin: bool | None
    """Whether the twin conj(O(-x)) of the picture is nearer to the reference; None where a picture has no contrast."""

    def misplacement(self) -> dict[str, float]:
        """Gauges that have limits: largest `shift`, pixels, and `ramp`, radians a pixel, over both axes."""
        return {
            "shift": max(abs(self.shift_x), abs(self.shift_y)),
            "ramp": max(abs(self.ramp_x), abs(self.ramp_y)),
        }


class TwinMargin(Record):
    """Mean correlation of predicted patches with the true ones and their twins; None if most have no contrast."""

    truth: float | None
    flipped: float | None
    """Mean correlation with the twins of the true patches."""
    margin: float | None
    """`truth` minus `flipped`: above 0 the patches are nearer to the truth than to its twin."""
    patches: int
    """Number of patches that had contrast."""


class _AsPredicted(TwinMargin):
    margin_as_predicted: float | None
    """Margin before the inference chose between each patch and its twin."""


class TwinMetrics(TwinChoice, _AsPredicted):
    """Twin margin of the patches as they were stitched, and how many were replaced by their twins before.

    The order of the base classes puts the keys of TwinChoice last in the file.
    """


class ReconstructionMetrics(Record):
    """Metrics of one side's picture against the truth."""

    reconstruction: dict[str, JsonObject]
    """METRICS (`judge/metrics.py`) of `amplitude` and `phase`."""
    baselines: dict[str, dict[str, float | None]]
    """Correlation of each baseline with the truth: by part, then by the name of the baseline."""
    skill: dict[str, dict[str, float | None]]
    """Skill of the side above each baseline (`judge/baselines.py`): by part, then by the name of the baseline."""
    contrast: dict[str, float | None]
    """Contrast relative to the truth's, by part; 1 is the truth's."""
    gauges: FittedGauges
    twin: TwinMetrics
    level: float | None
    """Mean amplitude divided by the one that follows from the counts."""
    nonfinite: int
    """Number of pixels of the picture that are not finite."""


class AgreementMetrics(Record):
    """The candidate's picture against the reference side's: METRICS (`judge/metrics.py`) of both parts, and gauges."""

    amplitude: JsonObject
    phase: JsonObject
    gauges: FittedGauges
