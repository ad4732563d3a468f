"""Turns arrays into pixel-exact PNG pictures, with colour ranges that the pictures of one kind share.

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
"""Folder of Matplotlib's colour maps of these names: one word `rrggbb`, in hexadecimal, for each colour."""
OUTSIDE = (235, 235, 240)
"""Colour of pixels without a value."""
_PERCENT = 0.5
"""Share of the pixels, at either end, that may lie outside a colour range: one hot pixel must not hide the rest."""
_COMPRESSION = 2
"""Compression level of PNG files: a tenth larger than the smallest, in less than half the time."""
LEAST_PHASE = 0.1
"""Radians: no range of phases is narrower, so that numerical noise does not look like a picture."""
LEAST_AMPLITUDE = 0.05
"""Share of the largest amplitude: no range of amplitudes is narrower, so that noise does not look like a picture."""
LEAST_DIFFERENCE = 0.01
"""Share of the range of the pictures: the range of their differences is at least as wide to either side of zero."""


@dataclass(frozen=True)
class Colours:
    """A colour map and the range of values that it spans."""

    map: str
    low: float
    high: float
    held: bool = False
    """Whether the range was widened: its pictures span so little that stretching them would show only noise."""

    @property
    def span(self) -> float:
        """Width of the range: its highest minus its lowest value."""
        return self.high - self.low

    def paint(self, values: Array) -> Array:
        """The colours (H, W, 3) uint8 of values (H, W); a value that is not finite gets the colour OUTSIDE."""
        colours = _colours(self.map)
        share = np.clip(np.nan_to_num((values - self.low) / (self.span or 1.0)), 0, 1)
        picture: Array = colours[np.minimum(len(colours) * share, len(colours) - 1).astype(int)]
        picture[~np.isfinite(values)] = OUTSIDE
        return picture


@cache
def _colours(name: str) -> Array:
    """The colours (n, 3) uint8 of a colour map, from that of the lowest value to that of the highest."""
    text = (MAPS / f"{name}.txt").read_text(encoding="ascii")
    return np.frombuffer(bytes.fromhex(text), dtype=np.uint8).reshape(-1, 3)


def amplitude_colours(arrays: Sequence[Array]) -> Colours:
    """One grey range for all the given amplitudes."""
    low, high = _range(arrays)
    return _widened(Colours("gray", max(low, 0.0), high), LEAST_AMPLITUDE * high)


def phase_colours(arrays: Sequence[Array]) -> Colours:
    """One range for all the given phases (radians): the whole cyclic map if they span more than half a turn."""
    low, high = _range(arrays)
    if high - low > np.pi:
        return Colours("twilight", -np.pi, np.pi)
    return _widened(Colours("gray", low, high), LEAST_PHASE)


def difference_colours(arrays: Sequence[Array], compared: Colours) -> Colours:
    """One range, symmetric about zero, for differences of pictures whose own range is `compared`."""
    low, high = _range(arrays)
    limit, least = max(abs(low), abs(high)), LEAST_DIFFERENCE * compared.span
    return _widened(Colours("RdBu_r", -limit, limit), 2 * least)


def own_colours(patch: Array, shared: Colours) -> Colours:
    """The grey range of one patch alone, widened if it is narrow beside the range `shared` by all patches."""
    finite = patch[np.isfinite(patch)]
    low, high = (float(finite.min()), float(finite.max())) if finite.size else (0.0, 1.0)
    return _widened(Colours("gray", low, high), LEAST_DIFFERENCE * shared.span)


def _widened(colours: Colours, least: float) -> Colours:
    """The range itself, or one of the width `least` about the same middle if it is narrower than that."""
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
    """Write a picture (H, W, 3) uint8 as PNG; a grey one is stored with one channel, which takes half the room."""
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
    """Lay patches out in a grid.

    Args:
        patches: (K, n, n) float.
        colours: one colour range for all patches, or one for each.
        columns: patches in a row.
        gap: white pixels between patches.

    Returns:
        The picture, (H, W, 3) uint8.
    """
    side, rows = patches.shape[-1], -(-len(patches) // columns)
    sheet = np.full((rows * (side + gap) - gap, columns * (side + gap) - gap, 3), 255, dtype=np.uint8)
    for number, patch in enumerate(patches):
        top, left = (number // columns) * (side + gap), (number % columns) * (side + gap)
        painter = colours if isinstance(colours, Colours) else colours[number]
        sheet[top : top + side, left : left + side] = painter.paint(patch)
    return sheet
