"""`dataset/setup.json`: sizes, photon numbers and scales of the dataset that both sides start from."""

from harness.records.record import Record


class DatasetSetup(Record):
    """Contents of `setup.json`."""

    N: int
    """Pixels a side of a diffraction pattern."""
    gridsize: int
    padded_size: int
    """Pixels a side of the array that holds the merged patches of any one group."""
    nphotons: float
    """Photons a pattern: the expected number in a simulation, the counted mean in measured data."""
    counted_photons: float
    """Mean number of photons counted in a pattern."""
    intensity_scale: float
    """Factor from the normalised amplitudes to the counts."""
    intensity_scale_closed_form: float
    normalisation: float
    """Factor from the patterns of `data.npz` to those of `train.npz` and `test.npz`."""
    object_amplitude: float
    canvas_size: int
    """Pixels a side of the canvas that the patches of the test groups are stitched on."""
    patterns: int
    train_patterns: int
    test_patterns: int
    origin: str
    """`simulated`, or a description of the measured file."""
    conversions: tuple[str, ...]
    """Changes that were made to a measured file to satisfy the NPZ contract, and what is odd about it, in words."""
