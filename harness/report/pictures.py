"""The pictures of a case: pixel-exact PNGs of arrays, with colour ranges that are shared and written down.

Amplitudes are drawn in grey, phases in a cyclic map, differences in a map that is white at zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from matplotlib import colormaps
from PIL import Image

from harness.files import write_atomic

Array = np.ndarray
OUTSIDE = (235, 235, 240)
"""Colour of pixels without a value."""
_PERCENT = 0.5
"""Share of the pixels, at either end, that may lie outside a colour range: one hot pixel must not hide the rest."""


@dataclass(frozen=True)
class Colours:
    """A colour map and the range of values that it spans."""

    map: str
    low: float
    high: float

    def paint(self, values: Array) -> Array:
        """(H, W, 3) uint8 of values (H, W); what is not finite gets the colour OUTSIDE."""
        span = self.high - self.low or 1.0
        picture: Array = colormaps[self.map]((values - self.low) / span, bytes=True)[..., :3]
        picture[~np.isfinite(values)] = OUTSIDE
        return picture


def amplitude_colours(arrays: Sequence[Array]) -> Colours:
    """One range for all amplitudes that will be compared."""
    low, high = _range(arrays)
    return Colours("gray", max(low, 0.0), high)


def phase_colours(arrays: Sequence[Array]) -> Colours:
    """One range for all phases that will be compared; the cyclic map, whole, when they fill the circle."""
    low, high = _range(arrays)
    return Colours("twilight", -np.pi, np.pi) if high - low > np.pi else Colours("gray", low, high)


def difference_colours(arrays: Sequence[Array]) -> Colours:
    """One range for all differences, symmetric about zero."""
    low, high = _range(arrays)
    limit = max(abs(low), abs(high)) or 1.0
    return Colours("RdBu_r", -limit, limit)


def _range(arrays: Sequence[Array]) -> tuple[float, float]:
    values = np.concatenate([array[np.isfinite(array)] for array in arrays] or [np.zeros(1)])
    if not values.size:
        return 0.0, 1.0
    low, high = np.percentile(values, (_PERCENT, 100 - _PERCENT))
    return float(low), float(high)


def save(path: Path, picture: Array) -> None:
    """Write a painted picture (H, W, 3) uint8 as PNG."""
    write_atomic(path, lambda temporary: Image.fromarray(picture).save(temporary, format="PNG"))


def box_of(mask: Array) -> tuple[slice, slice]:
    """The smallest box that holds every True of a mask (H, W); the whole array when there is none."""
    rows, columns = np.nonzero(mask)
    if not rows.size:
        return slice(None), slice(None)
    return slice(rows.min(), rows.max() + 1), slice(columns.min(), columns.max() + 1)


def grid(patches: Array, colours: Colours | None, columns: int = 8, gap: int = 2) -> Array:
    """(H, W, 3) uint8: patches (K, n, n) side by side; each in its own range when no colours are given."""
    side, rows = patches.shape[-1], -(-len(patches) // columns)
    sheet = np.full((rows * (side + gap) - gap, columns * (side + gap) - gap, 3), 255, dtype=np.uint8)
    for number, patch in enumerate(patches):
        top, left = (number // columns) * (side + gap), (number % columns) * (side + gap)
        sheet[top : top + side, left : left + side] = (colours or _own_colours(patch)).paint(patch)
    return sheet


def _own_colours(patch: Array) -> Colours:
    finite = patch[np.isfinite(patch)]
    return Colours("gray", float(finite.min()), float(finite.max())) if finite.size else Colours("gray", 0, 1)
