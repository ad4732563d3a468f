"""Cropping the detector, which changes the pixel size of the object grid.

The pixel of the object grid is `wavelength * distance / (K * detector pixel)`. Keeping N of K pixels makes it K/N times
as wide, so positions in pixels shrink by N/K. The probe keeps its field of view, and its spectrum is cropped like the
detector. An object that came with the data is on the old grid and is left out.
"""

import numpy as np

from harness.errors import HarnessError

Array = np.ndarray

_HALF = 0.5
"""Share of the counts below which cropping takes so much that it is said what to do."""


def window(K: int, N: int, centre: tuple[float, float] | None, source: str) -> tuple[Array, Array, tuple[int, int]]:
    """Rows and columns that are kept of K x K pixels, and by how many the zero frequency then misses index N/2.

    The zero frequency is at `centre` (row, column), or at index K/2 rounded down. Raises HarnessError when N > K.
    """
    if K < N:
        raise HarnessError(f"{source}: has {K} detector pixels a side, dataset.N asks for {N}; at most {K} can be.")
    kept, missed = [], []
    for at in centre or (K // 2, K // 2):
        first = min(max(round(at) - N // 2, 0), K - N)
        kept.append(np.arange(first, first + N))
        missed.append(round(at) - N // 2 - first)
    return kept[0], kept[1], (missed[0], missed[1])


def told(K: int, N: int, intensity: Array, rows: Array, columns: Array, source: str) -> str:
    """One sentence about what was cropped; HarnessError where no photon is left."""
    kept = intensity[np.ix_(rows, columns)].sum() / intensity.sum()
    if not kept:
        raise HarnessError(f"{source}: no photon lies in the middle {N} x {N} of its {K} x {K} detector pixels.")
    advice = " More than half of the light is lost, so keep more pixels (--detector)." if kept < _HALF else ""
    return (
        f"The detector was cropped from {K} to {N} pixels a side, which keeps {kept:.1%} of the counts; pixels of the "
        f"object grid are {K / N:g} times as wide, so positions were divided by {K / N:g} and the probe was resampled."
    ) + advice
