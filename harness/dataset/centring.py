"""Where the zero frequency of measured patterns lies: in the middle of the detector, or at its corner.

Two tests compare both places with the mean amplitude over all patterns. First, the patterns resemble the far field of
the probe, which is what a detector sees without an object. Second, patterns depend above all on the distance from the
zero frequency, so rings about the right place fit them better. The brightness of the middle is no test, because a
central stop leaves it dark.
"""

import numpy as np
from scipy.ndimage import gaussian_filter

from harness.dataset.stated import Place

Array = np.ndarray

PROBE_DECIDES = 0.7
"""The probe decides for a place whose unexplained variance is less than this fraction of that of the other place."""
RINGS_DECIDE = 1 / 3
"""The same fraction for the rings; it is smaller, because rings are fitted to the patterns and explain much anyway."""
_LEAST_SHARE = 0.1
"""Share of good pixels about a bad one from which its value is drawn in full."""


def zero_frequency(intensity: Array, probe: Array | None, good: Array | None = None) -> Place | None:
    """Decide where the zero frequency of patterns lies.

    Args:
        intensity: (N, N) mean counts of each pixel over all patterns, finite and not all zero.
        probe: (N, N) complex, finite; any scale. None if it is unknown.
        good: (N, N) bool, the pixels that count; None for all. What bad ones would hold is drawn from beside them.

    Returns:
        `middle` (index N/2) or `corner` (index 0); None where neither test decides or the two contradict each other.
    """
    mean = _smooth(np.sqrt(intensity / intensity.max()))
    if good is not None and not good.all():
        mean = mean / np.maximum(_smooth(good.astype(np.float64)), _LEAST_SHARE)
    votes = {_place_by_probe(mean, probe), _place_by_rings(mean)} - {None}
    return votes.pop() if len(votes) == 1 else None


def _place_by_probe(mean: Array, probe: Array | None) -> Place | None:
    if probe is None or not (largest := np.abs(probe).max()):
        return None
    far_field = _smooth(np.abs(np.fft.fftshift(np.fft.fft2(probe / largest))))
    middle, corner = (_unexplained_by(expected, mean) for expected in (far_field, np.fft.ifftshift(far_field)))
    return _decided_place(middle, corner, PROBE_DECIDES)


def _place_by_rings(mean: Array) -> Place | None:
    middle, corner = (_unexplained_by(_rings(pattern), pattern) for pattern in (mean, np.fft.fftshift(mean)))
    return _decided_place(middle, corner, RINGS_DECIDE)


def _decided_place(left_by_middle: float, left_by_corner: float, fraction: float) -> Place | None:
    if left_by_middle < fraction * left_by_corner:
        return "middle"
    return "corner" if left_by_corner < fraction * left_by_middle else None


def _smooth(pattern: Array) -> Array:
    """Blur by N/32 pixels, so that photon noise, speckles and single hot pixels weigh little."""
    return np.asarray(gaussian_filter(pattern, len(pattern) / 32, mode="wrap"))


def _rings(pattern: Array) -> Array:
    """The mean of `pattern` (N, N) over each ring, one pixel wide, about index N/2."""
    axis = np.arange(len(pattern)) - len(pattern) // 2
    ring = np.rint(np.hypot(axis[:, None], axis)).astype(np.int64).ravel()
    means = np.bincount(ring, pattern.ravel()) / np.maximum(np.bincount(ring), 1)
    return np.asarray(means[ring].reshape(pattern.shape))


def _unexplained_by(expected: Array, pattern: Array) -> float:
    """Share of the variance of `pattern` that remains after a fit of `a * expected + b` with a > 0."""
    own, other = pattern - pattern.mean(), expected - expected.mean()
    norms = np.linalg.norm(own) * np.linalg.norm(other)
    correlation = (own * other).sum() / norms if norms else 0.0
    return 1.0 - max(float(correlation), 0.0) ** 2
