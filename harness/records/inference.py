"""`canvas.json` and `stats.json`: what an inference writes beside its arrays."""

from typing import Literal

from harness.files import JsonObject
from harness.records.record import Record, SparseRecord

ScaleSource = Literal["bundle", "closed form: the model has none", "command", "not said"]
"""Where the intensity scale of an inference comes from."""


class PictureFacts(Record):
    """Size and position of a picture that a side stitched by a workflow of its own, before it came onto the canvas."""

    rows: int
    columns: int
    centre_x: float
    centre_y: float
    """Position of the pixel with indices (rows // 2, columns // 2), in pixels of the object's grid."""


class CanvasFacts(SparseRecord):
    """Contents of `canvas.json`: size and position of the canvas that the predicted patches were stitched on."""

    size: int
    """Pixels a side of the canvas."""
    required: int
    """Pixels a side of the smallest canvas that holds every patch."""
    fits_canvas: bool
    max_abs_offset: float
    """Pixels from the centre of the canvas to the farthest patch, along one axis."""
    loss_fraction: float | None
    """Share of the patches' area that lies outside the canvas; None where it is not finite."""
    centre_x: float
    centre_y: float
    """Position of the canvas pixel with index size/2, in pixels of the object's grid."""
    reassemble_m: int
    """Pixels a side of the central part of a patch, which alone is stitched."""
    weighting: Literal["uniform", "probe"]
    stitched_by: Literal["port", "harness", "command"] = "port"
    """Who stitched; a canvas of the harness is no evidence about a side's own stitching."""
    picture: PictureFacts | None = None
    """Of a picture that a command stitched; absent otherwise."""
    own_patches: bool = True
    """Whether the patches are a prediction; those of a side that gives a picture alone are cut out of it."""


class TwinChoice(SparseRecord):
    """Which patches were replaced by their twins conj(O(-x)), where the probe cannot tell a patch from its twin."""

    open: bool
    """Whether the probe leaves open which of the two is right."""
    turned: int
    """Number of patches that were replaced by their twins."""
    disagreement_before: float | None = None
    """How much overlapping patches disagreed before the choice; absent where there was no choice."""
    disagreement_after: float | None = None
    """How much they disagreed after it."""


class InferenceStats(Record):
    """Contents of `stats.json`: the settings of an inference, its duration and its memory."""

    infer_seconds: float
    intensity_scale_restored: float | None
    """Intensity scale that the inference used; None where it is not finite, or where a command does not say."""
    intensity_scale_source: ScaleSource
    weights_trained_by: str
    """Backend that trained the weights."""
    synchronised: bool
    """Whether the free global phase of each patch was fitted to those of its neighbours before stitching."""
    twins: TwinChoice
    peak_rss_mb: float
    """Peak resident memory of the worker process, MiB."""
    facts: JsonObject
    """Facts that the port reports about itself, as JSON."""
