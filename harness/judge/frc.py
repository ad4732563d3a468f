"""Fourier ring correlation: down to which size of detail two pictures agree (van Heel and Schatz, 2005).

FRC(q) = Re(sum F1 conj(F2)) / sqrt(sum |F1|^2 * sum |F2|^2), summed over the ring of spatial frequency q. Frequencies
are in cycles a pixel, from one over the side of the square to 0.5 (Nyquist). The two pictures are cut to the bounding
square of the mask, their means over the mask are removed, and a smooth window falls to zero towards everything that
lies outside it. On a mask with many holes the window is a small part of the square, and neighbouring rings know of
each other.

Thresholds: 0.5, 1/7, and half a bit of information a pixel,
T(n) = (0.2071 + 1.9102 / sqrt(n)) / (1.2071 + 0.9102 / sqrt(n)), where n is the number of independent coefficients of
the ring: half of those in it, since those of a real picture come in pairs, times the share of the square that the
window leaves, (sum w^2)^2 / (sum w^4) over its area. Rings with less than one of them are left out: the lowest ones
of a small or sparse mask. The last two thresholds were made for two noisy halves of one data set; against a truth
without noise they say less than they seem to.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from scipy.ndimage import distance_transform_edt, gaussian_filter

from harness.arrays import Array

EDGE = 12.0
"""Pixels over which the window falls to zero, where the mask has room for them."""
SMALLEST = 16
"""Pixels: the smallest side of a bounding square that has rings to speak of."""
NYQUIST = 0.5


@dataclass(frozen=True)
class Rings:
    """The correlation of two pictures over those rings (R,) that say anything, lowest frequency first."""

    frequency: Array
    """Cycles a pixel."""
    correlation: Array
    """-1 to 1; 0 where one side has nothing in a ring."""
    half_bit: Array
    """The threshold of half a bit."""

    def crossing(self, threshold: Array | float) -> float:
        """Frequency, cycles a pixel, where the correlation first falls below a threshold; linear between rings.

        0.5, the Nyquist frequency, where it never falls below again; 0 where it is never above. The lowest frequencies
        of a phase are known badly: a ring that is below before any is above says nothing about the smallest detail.
        """
        excess = self.correlation - threshold
        fallen = np.flatnonzero((excess[:-1] >= 0) & (excess[1:] < 0))
        if fallen.size == 0:
            return NYQUIST if excess[-1] >= 0 else 0.0
        last, next_ = fallen[0], fallen[0] + 1
        share = excess[last] / (excess[last] - excess[next_])
        return float(self.frequency[last] + share * (self.frequency[next_] - self.frequency[last]))

    def crossings(self) -> dict[str, float]:
        """The frequency of each of CROSSINGS, cycles a pixel."""
        return {name: self.crossing(threshold(self)) for name, threshold in CROSSINGS.items()}


CROSSINGS: dict[str, Callable[[Rings], Array | float]] = {
    "frc50": lambda _: 0.5,
    "frc_half_bit": lambda rings: rings.half_bit,
    "frc_one_seventh": lambda _: 1 / 7,
}
"""By its name, the threshold of a crossing."""


def ring_correlation(picture: Array, reference: Array, mask: Array) -> Rings | None:
    """Correlate two real or complex pictures (H, W) on a boolean mask; None where it is too small for any ring."""
    square = bounding_square(mask)
    inside = square_cut(mask, square)
    if len(inside) < SMALLEST or not inside.any():
        return None
    window = taper(inside)
    own, other = (_spectrum(square_cut(side, square), inside, window) for side in (picture, reference))
    rings = _rings(own, other, window)
    return rings if rings.frequency.size else None


def bounding_square(mask: Array) -> tuple[int, int, int]:
    """First row, first column and side of the smallest square that holds a mask; it may reach beyond the picture."""
    rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(axis=0))
    if rows.size == 0:
        return 0, 0, 0
    return int(rows[0]), int(columns[0]), int(max(np.ptp(rows), np.ptp(columns))) + 1


def square_cut(picture: Array, square: tuple[int, int, int]) -> Array:
    """A picture on a square; what lies beyond its edge is zero."""
    row, column, side = square
    cut = picture[row : row + side, column : column + side]
    return np.pad(cut, [(0, side - length) for length in cut.shape])


def taper(mask: Array) -> Array:
    """(S, S): 1 deep inside a mask, falling to 0 at its edge.

    The part of the mask that lies further from the edge than EDGE, or than half of the largest distance where the mask
    is thin, smoothed by a Gaussian of a third of that width. Its spectrum has no tails, unlike that of windows with
    kinks, and that matters where a mask has holes everywhere: their edges carry low frequencies to all rings.
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
    """The threshold of half a bit for rings of a number of independent coefficients."""
    noise = 1 / np.sqrt(independent)
    return np.asarray((0.2071 + 1.9102 * noise) / (1.2071 + 0.9102 * noise))
