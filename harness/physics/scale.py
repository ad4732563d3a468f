"""Scale factors between the counts, the normalised input of the network and the predicted intensity."""

import numpy as np

Array = np.ndarray


def pattern_energies(amplitude: Array) -> Array:
    """Sum of the squared amplitudes of each pattern: (..., N, N) to (...), squared and summed in float64."""
    energies: Array = np.square(amplitude, dtype=np.float64).sum(axis=(-2, -1))
    return energies


def normalisation(mean_energy: float, N: int) -> float:
    """Factor of the normalised input `X = factor * A_obs`: `sqrt((N/2)^2 / mean(sum(A_obs^2)))`."""
    return float(N / 2 / np.sqrt(mean_energy))


def intensity_scale(nphotons: float, mean_energy: float) -> float:
    """Intensity scale `s = sqrt(nphotons / mean(sum(X^2)))`, from the mean energy of the normalised patterns."""
    return float(np.sqrt(nphotons / mean_energy))


def intensity_scale_closed_form(nphotons: float, N: int) -> float:
    """Intensity scale in closed form, `s0 = sqrt(nphotons) / (N/2)`: for N 64, 9.882118 at 1e5 photons."""
    return float(np.sqrt(nphotons) / (N / 2))
