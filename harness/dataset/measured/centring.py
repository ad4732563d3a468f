"""Where the zero frequency of measured patterns lies: in the middle of the detector, or at its corner.

Two tests compare both places with the mean amplitude over all patterns. First, the patterns resemble the far field of
the probe, which is what a detector sees without an object. Second, patterns depend above all on the distance from the
zero frequency, so rings about the right place fit them better. The brightness of the middle is no test, because a
central stop leaves it dark.
"""

from typing import NamedTuple

import numpy as np
from scipy.ndimage import gaussian_filter

from harness.dataset.measured.stated import Place

Array = np.ndarray

PROBE_DECIDES = 0.7
"""The probe decides for a place whose unexplained variance is less than this fraction of that of the other place."""
RINGS_DECIDE = 1 / 3
"""The same fraction for the rings; it is smaller, because rings are fitted to the patterns and explain much anyway."""
_NO_CHANCE = 10.0
"""Photons of a typical pixel, over all patterns, from which on a dark pixel is not dark by chance."""
_BLUR = 1 / 32
"""Width of the blur, as a share of the detector, so that noise, speckles and single hot pixels weigh little."""


def zero_frequency(counts: Array, probe: Array | None, good: Array | None = None) -> Place | None:
    """Decide where the zero frequency of patterns lies.

    Both tests look once at all pixels and once at those that any light fell on, since a dark place may be a beam stop
    or a gap between modules, and says nothing then. What one look says, the other must say too.

    Args:
        counts: (N, N) sum of the counts of each pixel over all patterns, finite and not all zero; any scale.
        probe: (N, N) complex, finite; any scale. None if it is unknown.
        good: (N, N) bool, the pixels that count; None for all.

    Returns:
        `middle` (index N/2) or `corner` (index 0); None where no test decides or two contradict each other.
    """
    counted = np.ones(counts.shape, bool) if good is None else good
    mean = np.sqrt(counts / counts.max())
    far_field = _far_field(probe)
    looks = {_vote(mean, weight, far_field) for weight in (counted, counted & _lit(counts))}
    return looks.pop() if len(looks) == 1 else None


def _lit(counts: Array) -> Array:
    """Where any light was counted; everywhere if there are so few photons that many pixels have none by chance."""
    lit = counts > 0
    least = min(1.0, counts[lit].min())  # one photon, unless the counts are on another scale
    return lit if np.median(counts[lit]) > _NO_CHANCE * least else np.ones_like(lit)


def _vote(mean: Array, weight: Array, far_field: Array | None) -> Place | None:
    """What both tests say that look at the pixels of `weight`; None where neither decides or they contradict."""
    seen = _Seen(_smooth(mean, weight), weight.astype(np.float64))
    votes = {_place_by_probe(seen, far_field), _place_by_rings(seen)} - {None}
    return votes.pop() if len(votes) == 1 else None


class _Seen(NamedTuple):
    """A mean amplitude and the weight of each pixel, both (N, N)."""

    mean: Array
    weight: Array

    def moved(self) -> "_Seen":
        """The same with the corner moved to the middle."""
        return _Seen(np.fft.fftshift(self.mean), np.fft.fftshift(self.weight))


def _far_field(probe: Array | None) -> Array | None:
    """What a detector sees of a probe without an object; None where there is no probe."""
    if probe is None or not (largest := np.abs(probe).max()):
        return None
    return _smooth(np.abs(np.fft.fftshift(np.fft.fft2(probe / largest))), np.ones(probe.shape))


def _place_by_probe(seen: _Seen, far_field: Array | None) -> Place | None:
    if far_field is None:
        return None
    middle, corner = (_unexplained_by(far_field, place) for place in (seen, seen.moved()))
    return _decided_place(middle, corner, PROBE_DECIDES)


def _place_by_rings(seen: _Seen) -> Place | None:
    middle, corner = (_unexplained_by(_rings(place), place) for place in (seen, seen.moved()))
    return _decided_place(middle, corner, RINGS_DECIDE)


def _decided_place(left_by_middle: float, left_by_corner: float, fraction: float) -> Place | None:
    if left_by_middle < fraction * left_by_corner:
        return "middle"
    return "corner" if left_by_corner < fraction * left_by_middle else None


def _smooth(pattern: Array, weight: Array) -> Array:
    """Blur a pattern (N, N); pixels without weight take no part."""
    width = len(pattern) * _BLUR
    shares = gaussian_filter(weight.astype(np.float64), width, mode="wrap")
    return np.asarray(gaussian_filter(pattern * weight, width, mode="wrap") / np.maximum(shares, 1e-9))


def _rings(seen: _Seen) -> Array:
    """The mean of a pattern (N, N) over each ring, one pixel wide, about index N/2."""
    axis = np.arange(len(seen.mean)) - len(seen.mean) // 2
    ring = np.rint(np.hypot(axis[:, None], axis)).astype(np.int64).ravel()
    weights = np.maximum(np.bincount(ring, seen.weight.ravel()), 1e-9)
    means = np.bincount(ring, (seen.mean * seen.weight).ravel()) / weights
    return np.asarray(means[ring].reshape(seen.mean.shape))


def _unexplained_by(expected: Array, seen: _Seen) -> float:
    """Share of the variance of a pattern that remains after a fit of `a * expected + b` with a > 0."""
    share = seen.weight / seen.weight.sum()
    own, other = seen.mean - (share * seen.mean).sum(), expected - (share * expected).sum()
    norms = np.sqrt((share * own**2).sum() * (share * other**2).sum())
    correlation = (share * own * other).sum() / norms if norms else 0.0
    return 1.0 - max(float(correlation), 0.0) ** 2
