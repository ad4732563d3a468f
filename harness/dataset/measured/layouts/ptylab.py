"""PtyLab's HDF5: `ptychogram` counts (M, N, N), `encoder` (M, 2) as row, column in metres, `wavelength`, `zo`, `dxd`.

PtyLab's engines take the first column of `encoder` for rows. `orientation` is ptypy's: 1 inverts columns, 2 rows, 4
transposes before that. It keeps no probe.
"""

from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.held import Held
from harness.dataset.measured.layouts import reading
from harness.errors import HarnessError

_PATTERNS, _POSITIONS = "ptychogram", "encoder"
_NUMBERS = ("wavelength", "zo", "dxd", "orientation")


def recognise(held: Held) -> bool:
    """Whether patterns and positions are there by PtyLab's names."""
    return _PATTERNS in held.headers and _POSITIONS in held.headers


def read(held: Held, source: str) -> Found:
    """Describe the data set; raises HarnessError for Fourier ptychography."""
    if "zled" in held.headers:
        raise HarnessError(f"{source}: is Fourier ptychography ('zled'); conventional ptychography is needed.")
    pairs = reading.small(held, _POSITIONS, _PATTERNS, source)
    header = held.headers[_PATTERNS]
    if pairs.ndim == 2 and pairs.shape[0] == 2 and header is not None and 2 not in header.shape:
        pairs = pairs.T
    y, x = reading.rows_and_columns(pairs, f"{source}: '{_POSITIONS}'")
    wavelength, distance, pixel, orientation = (held.number(name) for name in _NUMBERS)
    if orientation is not None and orientation not in range(8):
        raise HarnessError(f"{source}: 'orientation' is {orientation:g}; a whole number from 0 to 7 is needed.")
    found = Found(
        [_PATTERNS],
        x,
        y,
        {"diff3d": _PATTERNS, "xcoords": _POSITIONS, "ycoords": _POSITIONS},
        metres=True,
        geometry=Geometry(wavelength, distance, reading.pair(pixel, None)),
        counts=True,
        zero_frequency="middle",
        orientation=int(orientation or 0),
        layout="PtyLab's",
        read={name for name in _NUMBERS if name in held.headers},
    )
    found.say("The layout is PtyLab's: encoder was read as (row, column) in metres.")
    if found.orientation:
        found.say(f"The patterns were turned as 'orientation' {found.orientation} of the file says.")
    return found
