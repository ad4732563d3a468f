"""Photon counting: Poisson noise of the detector."""

import numpy as np

from harness.errors import HarnessError

Array = np.ndarray
MOST = 1e18
"""Photons of a pixel; beyond it a Poisson variate does not fit into 64 bits."""


def count(intensity: Array, nphotons: float, seed: int) -> Array:
    """Amplitudes (M, N, N) float32: square roots of Poisson counts with a mean of `nphotons` photons in a pattern.

    `A_obs = sqrt(Poisson(k A^2))` with one factor k for the whole data set, so that bright patterns stay brighter.
    Raises `HarnessError` for a dose of which no photon, or more than can be drawn, would be counted.
    """
    mean = nphotons / intensity.sum(axis=(-2, -1)).mean() * intensity
    if not mean.max() <= MOST:
        raise HarnessError(
            f"dataset.nphotons, dataset.probe.scale: a pixel would count {mean.max():.3g} photons on average, and at "
            f"most {MOST:g} can be drawn; ask for fewer photons, or for a scale nearer to 1."
        )
    counts = np.random.default_rng(seed).poisson(mean)
    if not counts.any():
        raise HarnessError(f"dataset.nphotons: {nphotons:g} gave no photon at all in {len(counts)} patterns; raise it.")
    amplitude: Array = np.sqrt(counts.astype(np.float64)).astype(np.float32)
    return amplitude
