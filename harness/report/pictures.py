"""The pictures of a case: pixel-exact PNGs of arrays, with colour ranges that are shared and written down.

Amplitudes are drawn in grey, phases in a cyclic map, differences in a map that is white at zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from harness.files import write_atomic

Array = np.ndarray
MAPS = Path(__file__).with_name("colours")
"""Matplotlib's maps of these names, a colour a word, red, green and blue in hexadecimal."""
OUTSIDE = (235, 235, 240)
"""Colour of pixels without a value."""
_PERCENT = 0.5
"""Share of the pixels, at either end, that may lie outside a colour range: one hot pixel must not hide the rest."""
_COMPRESSION = 2
"""Of PNGs: a tenth larger than at best, in less than half the time."""
LEAST_PHASE = 0.1
"""Radians: no range of phases is narrower, so that numerical noise does not look like a picture."""
LEAST_AMPLITUDE = 0.05
"""Share of the largest amplitude: no range of amplitudes is narrower, for the same reason."""
LEAST_DIFFERENCE = 0.01
"""Share of the range of the pictures: no range of their differences reaches less far to either side."""


@dataclass(frozen=True)
class Colours:
    """A colour map and the range of values that it spans."""

    map: str
    low: float
    high: float
    held: bool = False
    """Whether the range is wider than what the pictures span, since that would be too little to be stretched."""

    @property
    def span(self) -> float:
        """From the lowest to the highest value."""
        return self.high - self.low

    def paint(self, values: Array) -> Array:
        """(H, W, 3) uint8 of values (H, W); what is not finite gets the colour OUTSIDE."""
        colours = _colours(self.map)
        share = np.clip(np.nan_to_num((values - self.low) / (self.span or 1.0)), 0, 1)
        picture: Array = colours[np.minimum(len(colours) * share, len(colours) - 1).astype(int)]
        picture[~np.isfinite(values)] = OUTSIDE
        return picture


@cache
def _colours(name: str) -> Array:
    """(n, 3) uint8: the colours of a map, from that of the lowest value to that of the highest."""
    text = (MAPS / f"{name}.txt").read_text(encoding="ascii")
    return np.frombuffer(bytes.fromhex(text), dtype=np.uint8).reshape(-1, 3)


def amplitude_colours(arrays: Sequence[Array]) -> Colours:
    """One range for all amplitudes that will be compared."""
    low, high = _range(arrays)
    return _widened(Colours("gray", max(low, 0.0), high), LEAST_AMPLITUDE * high)


def phase_colours(arrays: Sequence[Array]) -> Colours:
    """One range for all phases that will be compared; the cyclic map, whole, when they fill the circle."""
    low, high = _range(arrays)
    if high - low > np.pi:
        return Colours("twilight", -np.pi, np.pi)
    return _widened(Colours("gray", low, high), LEAST_PHASE)


def difference_colours(arrays: Sequence[Array], compared: Colours) -> Colours:
    """One range for all differences of pictures in the range `compared`, symmetric about zero."""
    low, high = _range(arrays)
    limit, least = max(abs(low), abs(high)), LEAST_DIFFERENCE * compared.span
    return _widened(Colours("RdBu_r", -limit, limit), 2 * least)


def own_colours(patch: Array, shared: Colours) -> Colours:
    """The range of one patch alone, unless it spans too little of the range that it shares with others."""
    finite = patch[np.isfinite(patch)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return _widened(Colours("gray", low, high), LEAST_DIFFERENCE * shared.span)


def _widened(colours: Colours, least: float) -> Colours:
    """The same range, or one of the width `least` about its middle."""
    if colours.span >= least:
        return colours
    middle = (colours.low + colours.high) / 2
    return replace(colours, low=middle - least / 2, high=middle + least / 2, held=True)


def _range(arrays: Sequence[Array]) -> tuple[float, float]:
    values = np.concatenate([array[np.isfinite(array)] for array in arrays] or [np.zeros(1)])
    if not values.size:
        return 0.0, 1.0
    low, high = np.percentile(values, (_PERCENT, 100 - _PERCENT))
    return float(low), float(high)


def save(path: Path, picture: Array) -> None:
    """Write a painted picture (H, W, 3) uint8 as PNG; one without colour takes half the room."""
    red, green, blue = np.moveaxis(picture, -1, 0)
    image = Image.fromarray(red if (red == green).all() and (green == blue).all() else picture)
    write_atomic(path, lambda temporary: image.save(temporary, format="PNG", compress_level=_COMPRESSION))


def box_of(mask: Array) -> tuple[slice, slice]:
    """The smallest box that holds every True of a mask (H, W); the whole array when there is none."""
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return slice(None), slice(None)
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def grid(patches: Array, colours: Colours | Sequence[Colours], columns: int = 8, gap: int = 2) -> Array:
    """(H, W, 3) uint8: patches (K, n, n) side by side, in one range or each in its own."""
    side, rows = patches.shape[-1], -(-len(patches) // columns)
    sheet = np.full((rows * (side + gap) - gap, columns * (side + gap) - gap, 3), 255, dtype=np.uint8)
    for number, patch in enumerate(patches):
        top, left = (number // columns) * (side + gap), (number % columns) * (side + gap)
        painter = colours if isinstance(colours, Colours) else colours[number]
        sheet[top : top + side, left : left + side] = painter.paint(patch)
    return sheet
