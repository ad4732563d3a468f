"""CXI: `entry_1/data_1/data` counts, the translation of the sample in metres, energy in joules, distance, pixel size.

The file describes the laboratory: x, y and z of the sample, and the directions of the detector's rows and columns
(`basis_vectors`; without them rows run down and columns to the left, seen along the beam). The beam moves over the
sample against the sample's translation, so a row is minus the translation along the detector's row direction. Without
basis vectors, a column is x and a row is y. A mask of 0 is good, and so is CXI's bit 0x1000, a signal.
"""

import numpy as np

from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import HC, Geometry
from harness.dataset.measured.held import Held, one_of
from harness.dataset.measured.layouts import reading
from harness.dataset.npz import RawData
from harness.errors import HarnessError

Array = np.ndarray

_ENTRY = "entry_1/"
_DETECTOR, _SOURCE = f"{_ENTRY}instrument_1/detector_1/", f"{_ENTRY}instrument_1/source_1/"
_BEAM = f"{_ENTRY}instrument_1/beam_1/"
_PATTERNS = (f"{_ENTRY}data_1/data", f"{_DETECTOR}data", f"{_ENTRY}image_1/data")
_PLACES = tuple(f"{place}translation" for place in (f"{_ENTRY}data_1/", f"{_ENTRY}sample_1/geometry_1/", _DETECTOR))
_PROBES = (f"{_SOURCE}illumination", f"{_SOURCE}probe", f"{_DETECTOR}probe", f"{_DETECTOR}illumination")
_ENERGIES = (f"{_BEAM}incident_beam_energy", f"{_BEAM}energy", f"{_SOURCE}energy")
"""In NeXus files of this layout the source's energy is that of the machine, and the photons' stands at the beam."""


def recognise(held: Held) -> bool:
    """Whether patterns are where CXI has them."""
    return one_of(held.headers, *_PATTERNS) is not None


def read(held: Held, source: str) -> Found:
    """Describe the data set; raises HarnessError for a file without positions."""
    patterns, place = one_of(held.headers, *_PATTERNS), one_of(held.headers, *_PLACES)
    if patterns is None or place is None:
        raise HarnessError(
            f"{source}: holds patterns in CXI's layout, and no positions (as '{_PLACES[0]}'); if it is a scan, name "
            f"them with --key diff3d={patterns} --key xcoords=NAME --key ycoords=NAME."
        )
    x, y = _positions(held, place, patterns, source)
    probe = one_of(held.headers, *_PROBES)
    mask = one_of(held.headers, f"{_DETECTOR}mask")
    names = {"diff3d": patterns, "xcoords": place, "ycoords": place} | ({"probeGuess": probe} if probe else {})
    found = Found(
        [patterns],
        x,
        y,
        names,
        probe=reading.probe(held, probe, source) if probe else None,
        metres=True,
        geometry=_geometry(held),
        axes="MNN",
        counts=True,
        zero_frequency="middle",
        masks=[mask] if mask else [],
        mask_marks="cxi",
        layout="CXI's",
    )
    described = [name for name in held.headers if name.startswith((_DETECTOR, _SOURCE, _BEAM))]
    found.read |= {name for name in described if _is_number(held, name)}
    found.say("The layout is CXI's: the translation of the sample was read as (x, y, z) in metres.")
    return found


def _positions(held: Held, place: str, patterns: str, source: str) -> tuple[Array, Array]:
    """Column and row of the beam on the sample, in metres."""
    translation = reading.small(held, place, patterns, source)
    if translation.ndim == 2 and translation.shape[1] not in (2, 3) and translation.shape[0] in (2, 3):
        translation = translation.T
    scale = reading.length_unit(held, place)
    x, y = (values * scale for values in reading.rows_and_columns(translation, f"{source}: '{place}'"))
    basis = _basis(held)
    if basis is None:
        return x, y
    with np.errstate(invalid="ignore", over="ignore"):  # what is not finite is refused with the positions
        row, column = (-(x * side[0] + y * side[1]) / np.linalg.norm(side) for side in basis)
    return column, row


def _basis(held: Held) -> tuple[Array, Array] | None:
    """Directions in the laboratory in which rows and columns of the detector run; None if the file has none."""
    name = f"{_DETECTOR}basis_vectors"
    header = held.headers.get(name)
    if header is None or header.dtype.kind != "f" or header.shape not in ((3, 2), (2, 3)):
        return None
    vectors = held.read(name).astype(np.float64)
    rows, columns = vectors.T if vectors.shape == (3, 2) else vectors
    known = np.isfinite(vectors).all() and np.abs(vectors).max() < 1 and rows[:2].any() and columns[:2].any()
    return (rows, columns) if known else None


def _geometry(held: Held) -> Geometry:
    known = (reading.wavelength(held, name) for name in _ENERGIES)
    wavelength = reading.metres(held, f"{_SOURCE}wavelength") or next((length for length in known if length), None)
    sides = [reading.metres(held, f"{_DETECTOR}{axis}_pixel_size") for axis in "xy"]
    return Geometry(wavelength, reading.metres(held, f"{_DETECTOR}distance"), reading.pair(*sides))


def _is_number(held: Held, name: str) -> bool:
    header = held.headers[name]
    return header is not None and header.dtype.kind in "iuf" and int(np.prod(header.shape)) <= 6


def tree(raw: RawData, geometry: Geometry, pixel: tuple[float, float]) -> tuple[dict[str, object], str]:
    """The small arrays of a CXI file by their paths, and the path of its patterns.

    `geometry` is known whole; `pixel` are the metres of a pixel of the object grid.
    """
    translation = np.stack([raw.x * pixel[0], raw.y * pixel[1], np.zeros_like(raw.x)], axis=1)
    wavelength, sides = geometry.wavelength or 1.0, geometry.detector_pixel or (1.0, 1.0)
    small: dict[str, object] = {
        "cxi_version": 160,
        "number_of_entries": 1,
        _PLACES[0]: translation,
        _PLACES[1]: translation,
        f"{_SOURCE}wavelength": wavelength,
        f"{_SOURCE}energy": HC / wavelength,
        _PROBES[0]: raw.probe.astype(np.complex64),
        f"{_DETECTOR}distance": geometry.distance,
        f"{_DETECTOR}x_pixel_size": sides[0],
        f"{_DETECTOR}y_pixel_size": sides[1],
    }
    if raw.mask is not None:
        small[f"{_DETECTOR}mask"] = (~raw.mask).astype(np.uint32)
    return small, _PATTERNS[0]
