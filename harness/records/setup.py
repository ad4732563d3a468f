"""`dataset/setup.json`: facts of the data that both sides start from."""

from harness.records.record import Record


class DatasetSetup(Record):
    """What was made of the patterns of a case, in numbers."""

    N: int
    """Pixels a side of a pattern."""
    gridsize: int
    padded_size: int
    """Pixels a side of the object that holds every group."""
    nphotons: float
    """Photons a pattern: expected of a simulation, counted of measured data."""
    counted_photons: float
    intensity_scale: float
    """Factor from the normalised amplitudes to the counts."""
    intensity_scale_closed_form: float
    normalisation: float
    """Factor from the patterns of `data.npz` to those of `train.npz` and `test.npz`."""
    object_amplitude: float
    canvas_size: int
    """Pixels a side of the picture that the patches of the test groups are stitched on."""
    patterns: int
    train_patterns: int
    test_patterns: int
    origin: str
    """`simulated`, or what is told of the file."""
    conversions: tuple[str, ...]
    """What was changed about a file so that it keeps the NPZ contract."""
