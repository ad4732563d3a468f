"""Photon counting: Poisson noise of the detector."""

import numpy as np

from harness.errors import HarnessError

Array = np.ndarray

_MOST_COUNTS = 9e18
"""Expected counts of a pixel up to which NumPy draws a number of 64 bits."""


def count(intensity: Array, nphotons: float, seed: int) -> Array:
    """Amplitudes (M, N, N) float32: square roots of Poisson counts with a mean of `nphotons` photons in a pattern.

    `A_obs = sqrt(Poisson(k A^2))` with one factor k for the whole data set, so that bright patterns stay brighter.
    Raises `HarnessError` for a dose of which no photon, or more than can be drawn, would be counted.
    """
    gain = nphotons / intensity.sum(axis=(-2, -1)).mean()
    brightest = gain * float(intensity.max())
    if not brightest <= _MOST_COUNTS:
        raise HarnessError(
            f"dataset.nphotons: {nphotons:g} asks for {brightest:.2g} counts in the brightest pixel; at most "
            f"{_MOST_COUNTS:g} can be drawn, so lower it."
        )
    counts = np.random.default_rng(seed).poisson(gain * intensity)
    if not counts.any():
        raise HarnessError(f"dataset.nphotons: {nphotons:g} gave no photon at all in {len(counts)} patterns; raise it.")
    amplitude: Array = np.sqrt(counts.astype(np.float64)).astype(np.float32)
    return amplitude
