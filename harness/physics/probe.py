"""The circular mask, the normalisation of the probe, and the object amplitude that follows from it."""

import numpy as np

Array = np.ndarray


def circular_mask(N: int) -> Array:
    """(N, N) float64: 1 within N/4 pixels of the half-pixel centre (N - 1)/2, else 0."""
    axis = np.arange(N) - (N - 1) / 2.0
    inside = np.hypot(axis[:, None], axis[None, :]) < N / 4.0
    return np.where(inside, 1.0, 0.0)


def normalise(probe: Array, probe_scale: float) -> Array:
    """Normalised probe (N, N) complex128: `P / (probe_scale * mean(|M P|))`, mean over all N x N pixels, M the mask."""
    mean = np.abs(circular_mask(probe.shape[0]) * probe).mean()
    normalised: Array = np.asarray(probe, dtype=np.complex128) / (probe_scale * mean)
    return normalised


def model_probe(probe: Array, mask: bool) -> Array:
    """Probe (N, N) as the model uses it: the normalised probe, times the circular mask if `mask`."""
    return probe * circular_mask(probe.shape[0]) if mask else probe


def object_amplitude(probe: Array) -> float:
    """Mean object amplitude that explains the normalised data: `(N/2) / sqrt(sum(|P|^2))`, P as the model uses it."""
    return float(probe.shape[0] / 2 / np.linalg.norm(probe))
