"""The loss and its terms; the rules of rounding stand in `harness.backends.network`."""

import math

import torch
from torch import Tensor

from harness.backends.network import INTENSITY_FLOOR, VARIATION_SMOOTHING


def poisson(intensity: Tensor, counts: Tensor, nphotons: float) -> Tensor:
    """Poisson negative log-likelihood: mean over patterns, divided by nphotons. Both (B, C, N, N)."""
    pixels = intensity - counts * torch.log(intensity.clamp(min=INTENSITY_FLOOR))
    return pixels.sum(dim=(-2, -1), dtype=torch.float64).mean() / nphotons


def amplitude_mae(intensity: Tensor, measured: Tensor, nphotons: float) -> Tensor:
    """Mean difference of amplitudes, from counts and roots of counts (B, C, N, N), over sqrt(nphotons) / (N/2)."""
    amplitude = intensity.clamp(min=INTENSITY_FLOOR).sqrt()
    unit = math.sqrt(nphotons) / (measured.shape[-1] / 2)
    return (amplitude - measured).abs().mean(dtype=torch.float64) / unit


def total_variation(patches: Tensor) -> Tensor:
    """Mean modulus of the differences of neighbours of (B, C, N, N) complex patches, along y plus along x."""
    return _mean_modulus(patches.diff(dim=-2)) + _mean_modulus(patches.diff(dim=-1))


def _mean_modulus(steps: Tensor) -> Tensor:
    squared = steps.real.square() + steps.imag.square()
    return (squared + VARIATION_SMOOTHING).sqrt().mean(dtype=torch.float64)
