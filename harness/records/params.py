"""`bundle/params.json`: what is needed, beside the weights, to infer with a trained bundle."""

from harness.arrays import Precision
from harness.records.record import Record


class TrainedScale(Record):
    """The intensity scale of a training; None where the model has none, or where it is not finite."""

    initial: float | None
    final: float | None
    closed_form: float
    """That of the photons and N alone."""
    trainable: bool


class BundleParams(Record):
    """The whole file."""

    backend: str
    """Who trained the weights."""
    shared_weights: bool
    """Whether the other side can load them."""
    precision: Precision
    N: int
    gridsize: int
    padded_size: int
    object_amplitude: float
    nphotons: float
    intensity_scale: TrainedScale
    probe_sha256: str
    scenario_sha256: str
    """Digest of the scenario, reduced to what a training depends on."""
