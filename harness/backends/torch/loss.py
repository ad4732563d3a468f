"""The loss and its terms; the rules of rounding stand in `harness.backends.network`."""

import torch
from torch import Tensor

from harness.backends.network import INTENSITY_FLOOR, VARIATION_SMOOTHING


def poisson(intensity: Tensor, counts: Tensor, nphotons: float) -> Tensor:
    """Poisson negative log-likelihood: mean over patterns, divided by nphotons. Both (B, C, N, N)."""
    pixels = intensity - counts * torch.log(intensity.clamp(min=INTENSITY_FLOOR))
    return pixels.sum(dim=(-2, -1), dtype=torch.float64).mean() / nphotons


def amplitude_mae(diffraction: Tensor, features: Tensor) -> Tensor:
    """Mean of |A - X| from |F|^2 and X, both (B, C, N, N)."""
    amplitude = diffraction.clamp(min=INTENSITY_FLOOR).sqrt()
    return (amplitude - features).abs().mean(dtype=torch.float64)


def total_variation(patches: Tensor) -> Tensor:
    """Mean modulus of the differences of neighbours of (B, C, N, N) complex patches, along y plus along x."""
    return _mean_modulus(patches.diff(dim=-2)) + _mean_modulus(patches.diff(dim=-1))


def _mean_modulus(steps: Tensor) -> Tensor:
    squared = steps.real.square() + steps.imag.square()
    return (squared + VARIATION_SMOOTHING).sqrt().mean(dtype=torch.float64)
