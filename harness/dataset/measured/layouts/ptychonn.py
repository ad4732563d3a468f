"""PtychoNN's NPZ: `reciprocal` counts (M, N, N), `position` (M, 2) as row, column in metres, `pixelsize` in metres.

Its data preparation adds column 1 of `position` to x and column 0 to y. It keeps no probe.
"""

from harness.dataset.measured.found import Found
from harness.dataset.measured.geometry import Geometry
from harness.dataset.measured.held import Held
from harness.dataset.measured.layouts import reading

_PATTERNS, _POSITIONS, _PIXEL = "reciprocal", "position", "pixelsize"


def recognise(held: Held) -> bool:
    """Whether patterns and positions are there by PtychoNN's names."""
    return _PATTERNS in held.headers and _POSITIONS in held.headers


def read(held: Held, source: str) -> Found:
    """Describe the data set."""
    pairs = reading.small(held, _POSITIONS, _PATTERNS, source)
    y, x = reading.rows_and_columns(pairs, f"{source}: '{_POSITIONS}'")
    pixel = held.number(_PIXEL)
    found = Found(
        [_PATTERNS],
        x,
        y,
        {"diff3d": _PATTERNS, "xcoords": _POSITIONS, "ycoords": _POSITIONS},
        metres=True,
        geometry=Geometry(pixel=reading.pair(pixel, None)),
        axes="MNN",
        counts=True,
        zero_frequency="middle",
        layout="PtychoNN's",
        read={_PIXEL} if pixel is not None else set(),
    )
    found.say("The layout is PtychoNN's: position was read as (row, column) in metres.")
    return found
