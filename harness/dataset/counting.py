"""Photon counting: Poisson noise of the detector."""

import numpy as np

Array = np.ndarray


def count(intensity: Array, nphotons: float, seed: int) -> Array:
    """Amplitudes (M, N, N) float32: square roots of Poisson counts with a mean of `nphotons` photons in a pattern.

    `A_obs = sqrt(Poisson(k A^2))` with one factor k for the whole data set, so that bright patterns stay brighter.
    """
    gain = nphotons / intensity.sum(axis=(-2, -1)).mean()
    counts = np.random.default_rng(seed).poisson(gain * intensity)
    amplitude: Array = np.sqrt(counts.astype(np.float64)).astype(np.float32)
    return amplitude
