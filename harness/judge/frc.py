"""Fourier ring correlation: up to which spatial frequency two pictures agree (van Heel and Schatz, 2005).

FRC(q) = Re(sum F1 conj(F2)) / sqrt(sum |F1|^2 * sum |F2|^2), summed over the ring of spatial frequency q. Frequencies
are in cycles a pixel, from one over the side of the square to 0.5 (Nyquist). The two pictures are cut to the bounding
square of the mask, their means over the mask are removed, and a smooth window falls to zero towards everything that
lies outside it. On a mask with many holes the window is a small part of the square, and neighbouring rings are
correlated.

Thresholds: 0.5, 1/7, and half a bit of information a pixel,
T(n) = (0.2071 + 1.9102 / sqrt(n)) / (1.2071 + 0.9102 / sqrt(n)), where n is the number of independent coefficients of
the ring: half of those in it, since those of a real picture come in pairs, times the share of the square that the
window leaves, (sum w^2)^2 / (sum w^4) over its area. Rings with less than one of them are left out: the lowest ones
of a small or sparse mask. The last two thresholds were derived for two noisy halves of one data set; against a truth
without noise they are only indicative.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from harness.arrays import Array

EDGE = 12.0
"""Pixels over which the window falls to zero, where the mask has room for them."""
SMALLEST = 16
"""Pixels a side of the smallest bounding square that has enough rings."""
NYQUIST = 0.5


@dataclass(frozen=True)
class Rings:
    """Correlation of two pictures on R rings of spatial frequency, the lowest first; arrays are (R,)."""

    frequency: Array
    """Cycles a pixel."""
    correlation: Array
    """-1 to 1; 0 where one picture is zero on the ring."""
    half_bit: Array
    """The half-bit threshold of each ring."""

    def crossing(self, threshold: Array | float) -> float:
        """Frequency, cycles a pixel, where the correlation first falls below a threshold, interpolated between rings.

        0.5, the Nyquist frequency, where it never falls below; 0 where it is never above. Rings below the threshold
        that come before any ring above it are ignored: the lowest frequencies of a phase are poorly determined.
        """
        excess = self.correlation - threshold
        fallen = np.flatnonzero((excess[:-1] >= 0) & (excess[1:] < 0))
        if fallen.size == 0:
            return NYQUIST if excess[-1] >= 0 else 0.0
        last, next_ = fallen[0], fallen[0] + 1
        share = excess[last] / (excess[last] - excess[next_])
        return float(self.frequency[last] + share * (self.frequency[next_] - self.frequency[last]))

    def crossings(self) -> dict[str, float]:
        """Frequency, cycles a pixel, at which the correlation crosses each threshold of CROSSINGS."""
        return {name: self.crossing(threshold(self)) for name, threshold in CROSSINGS.items()}


CROSSINGS: dict[str, Callable[[Rings], Array | float]] = {
    "frc50": lambda _: 0.5,
    "frc_half_bit": lambda rings: rings.half_bit,
    "frc_one_seventh": lambda _: 1 / 7,
}
"""Thresholds by the name of their metric."""


def ring_correlation(picture: Array, reference: Array, mask: Array) -> Rings | None:
    """Correlate two real or complex pictures (H, W) on a boolean mask; None where the mask is too small for rings."""
    square = bounding_square(mask)
    inside = square_cut(mask, square)
    if len(inside) < SMALLEST or not inside.any():
        return None
    window = taper(inside)
    own, other = (_spectrum(square_cut(side, square), inside, window) for side in (picture, reference))
    rings = _rings(own, other, window)
    return rings if rings.frequency.size else None


def bounding_square(mask: Array) -> tuple[int, int, int]:
    """First row, first column and side, pixels, of the smallest square around a mask; it may extend over the edge."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return 0, 0, 0
    return int(rows[0]), int(columns[0]), int(max(np.ptp(rows), np.ptp(columns))) + 1


def square_cut(picture: Array, square: tuple[int, int, int]) -> Array:
    """Cut a square (first row, first column, side) out of a picture, with zeros where it extends over the edge."""
    row, column, side = square
    cut = picture[row : row + side, column : column + side]
    return np.pad(cut, [(0, side - length) for length in cut.shape])


def taper(mask: Array) -> Array:
    """Smooth window (S, S): 1 deep inside a mask, falling to 0 at its edge.

    The part of the mask that is farther from the edge than EDGE, or than half of the largest distance where the mask
    is thin, is smoothed by a Gaussian of a third of that width. Unlike a window with kinks it has a spectrum without
    tails, which would leak low frequencies into all rings where a mask has many holes.
    """
    distance = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1]
    width = min(EDGE, distance.max() / 2)
    return np.asarray(mask * gaussian_filter((distance > width).astype(float), width / 3, mode="constant"))


def _spectrum(picture: Array, mask: Array, window: Array) -> Array:
    values = np.where(mask, picture, 0)
    return np.asarray(np.fft.fft2((values - values[mask].mean()) * window))


def _rings(own: Array, other: Array, window: Array) -> Rings:
    side = len(own)
    axis = np.fft.fftfreq(side)
    ring = np.rint(side * np.hypot(axis[:, None], axis[None, :])).astype(int).ravel()
    count = np.arange(1, side // 2 + 1)
    product, energy, others, number = (
        np.bincount(ring, weights)[count]
        for weights in (
            (own * np.conj(other)).real.ravel(),
            np.square(np.abs(own)).ravel(),
            np.square(np.abs(other)).ravel(),
            None,
        )
    )
    norm = np.sqrt(energy * others)
    correlation = np.divide(product, norm, out=np.zeros_like(norm), where=norm > 0)
    independent = number / 2 * np.square(np.square(window).sum()) / np.power(window, 4).sum() / window.size
    enough = independent >= 1
    return Rings(count[enough] / side, correlation[enough], half_bit(independent[enough]))


def half_bit(independent: Array) -> Array:
    """The half-bit threshold of rings with these numbers of independent coefficients."""
    noise = 1 / np.sqrt(independent)
    return np.asarray((0.2071 + 1.9102 * noise) / (1.2071 + 0.9102 * noise))
