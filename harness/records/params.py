"""`bundle/params.json`: the settings that an inference needs beside the trained weights."""

from harness.arrays import Precision
from harness.records.record import Record


class TrainedScale(Record):
    """Intensity scale before and after a training; None where the model has none, or where it is not finite."""

    initial: float | None
    final: float | None
    closed_form: float
    """Scale that follows from the number of photons and N alone."""
    trainable: bool


class BundleParams(Record):
    """Contents of `params.json`."""

    backend: str
    """Backend that trained the weights."""
    shared_weights: bool
    """Whether the other side can load the weights."""
    precision: Precision
    N: int
    gridsize: int
    padded_size: int
    object_amplitude: float
    nphotons: float
    intensity_scale: TrainedScale
    probe_sha256: str
    scenario_sha256: str
    """Digest of those parts of the scenario that a training depends on."""
