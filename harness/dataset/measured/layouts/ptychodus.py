"""ptychodus: patterns in one file (`dp`, or `patterns` of an NPZ) and a product in another, both as it exports them.

A product holds `probe_position_x_m` and `probe_position_y_m` in metres, x along the columns and y along the rows, and
`probe` (coherent, modes, N, N); the pixel of the object grid stands beside `object`. Patterns are counts.
"""

import numpy as np

from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import Geometry, wavelength_of
from harness.dataset.measured.held import Held, one_of
from harness.dataset.measured.layouts import reading
from harness.errors import HarnessError

Array = np.ndarray

_X, _Y, _INDEXES = "probe_position_x_m", "probe_position_y_m", "probe_position_indexes"
_PATTERNS = ("dp", "patterns", "entry/data/data", "exchange/data")


def recognise(held: Held) -> bool:
    """Whether there are the positions of a product."""
    return _X in held.headers and _Y in held.headers


def read(held: Held, source: str) -> Found:
    """Describe the data set; raises HarnessError where the patterns lack or do not match the positions."""
    patterns = one_of(held.headers, *_PATTERNS)
    if patterns is None:
        raise HarnessError(
            f"{source}: is a product of ptychodus, without patterns; name the file of its patterns too, as "
            "import PATTERNS PRODUCT --to NEW.npz."
        )
    header = held.headers[patterns]
    x, y = (reading.small(held, name, patterns, source).astype(np.float64).reshape(-1) for name in (_X, _Y))
    if x.shape != y.shape:
        raise HarnessError(f"{source}: '{_X}' has {x.size} values and '{_Y}' has {y.size}; as many are needed.")
    rows = _rows(held, header.shape[0] if header is not None and header.shape else 0, x.size, source)
    found = Found(
        [patterns],
        x if rows is None else x[rows],
        y if rows is None else y[rows],
        {"diff3d": patterns, "probeGuess": "probe", "xcoords": _X, "ycoords": _Y},
        probe=_probe(held, source),
        metres=True,
        geometry=_geometry(held),
        axes="MNN",
        counts=True,
        zero_frequency="middle",
        masks=[name for name in ("bad_pixels",) if name in held.headers],
        mask_marks="bad",
        layout="ptychodus'",
        read={name for name in (_INDEXES, "indexes") if name in held.headers},
    )
    found.say("The layout is ptychodus': positions were read as x (column) and y (row) in metres.")
    return found


def _rows(held: Held, M: int, positions: int, source: str) -> Array | None:
    """Which position of the product belongs to each pattern, where both have indexes that are unique."""
    if _INDEXES not in held.headers or "indexes" not in held.headers:
        return None
    of_positions, of_patterns = (held.read(name).reshape(-1) for name in (_INDEXES, "indexes"))
    if len(of_positions) != positions or len(of_patterns) != M or len(np.unique(of_positions)) < positions:
        return None
    if of_positions.dtype.kind not in "iu" or of_patterns.dtype.kind not in "iu":
        return None
    places = {int(index): row for row, index in enumerate(of_positions)}
    missing = [int(index) for index in of_patterns if int(index) not in places]
    if missing:
        raise HarnessError(f"{source}: pattern {missing[0]} has no position in the product; export both once more.")
    return np.array([places[int(index)] for index in of_patterns])


def _probe(held: Held, source: str) -> Array | None:
    """The probe without the further coherent modes, which vary it from position to position."""
    if "probe" not in held.headers:
        return None
    probe = reading.probe(held, "probe", source)
    return probe[0] if probe.ndim == 4 else probe


def _geometry(held: Held) -> Geometry:
    sides = [_fact(held, "object", f"pixel_{side}_m", f"object_pixel_{side}_m") for side in ("width", "height")]
    energy = _fact(held, "", "probe_energy_eV", "probe_energy_eV")
    distance = _fact(held, "", "detector_object_distance_m", "detector_object_distance_m")
    return Geometry(
        wavelength=wavelength_of(energy) if energy else None, distance=distance or None, pixel=reading.pair(*sides)
    )


def _fact(held: Held, place: str, attribute: str, name: str) -> float | None:
    """A number, which HDF5 keeps as an attribute and the NPZ as an array."""
    value = held.attribute(place, attribute)
    return float(np.asarray(value).item()) if isinstance(value, int | float | np.generic) else held.number(name)
