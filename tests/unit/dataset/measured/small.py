"""A small data set in the contract, which tests write in other layouts."""

import numpy as np

from harness.dataset import probes

M, N = 5, 64


def counts(seed: int = 0) -> np.ndarray:
    """(M, N, N) whole numbers, brightest in the middle."""
    return np.random.default_rng(seed).poisson(40 * np.exp(-((probes.radii(N) / 9) ** 2)), (M, N, N))


def contract(**changes) -> dict[str, np.ndarray]:
    """Its arrays with some changed, or left out where they are None."""
    good = {
        "diff3d": np.sqrt(counts()).astype(np.float32),
        "probeGuess": probes.zone_plate(N).astype(np.complex64),
        "xcoords": np.linspace(-9, 9, M),
        "ycoords": np.linspace(3, 5, M),
    }
    return {name: array for name, array in (good | changes).items() if array is not None}
