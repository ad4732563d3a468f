"""The terms of the loss; `harness.networks.pinn.rules` says in which precision each part is computed.

Each term is a function of the stages of a forward pass, images (B, C, N, N), and returns a float64 scalar.
"""

import math
from collections.abc import Callable

import torch
from torch import Tensor

from harness.networks.pinn.forward import Stages
from harness.networks.pinn.rules import Rules

LossTerms = dict[str, Callable[[Stages, float, Rules], Tensor]]
"""The function of each term; its arguments are the stages, the mean photons in a pattern, and the rules.

Where some pixels of the detector do not count, the stages hold `mask` (N, N) bool, too."""


def poisson(stages: Stages, nphotons: float, rules: Rules) -> Tensor:
    """Poisson negative log-likelihood of the counts: mean over patterns, divided by nphotons."""
    intensity, counts = stages["intensity"], stages["measured"].square()
    pixels = intensity - counts * torch.log(intensity.clamp(min=rules.intensity_floor))
    return _counting(pixels, stages).sum(dim=(-2, -1), dtype=torch.float64).mean() / nphotons


def amplitude_mae(stages: Stages, nphotons: float, rules: Rules) -> Tensor:
    """Mean difference of predicted and measured amplitudes, over sqrt(nphotons) / (N/2)."""
    measured = stages["measured"]
    amplitude = stages["intensity"].clamp(min=rules.intensity_floor).sqrt()
    unit = math.sqrt(nphotons) / (measured.shape[-1] / 2)
    pixels = (amplitude - measured).abs()
    if "mask" not in stages:
        return pixels.mean(dtype=torch.float64) / unit
    counted = stages["mask"].sum() * pixels.shape[0] * pixels.shape[1]
    return _counting(pixels, stages).sum(dtype=torch.float64) / counted / unit


def total_variation(stages: Stages, _: float, rules: Rules) -> Tensor:
    """Mean modulus of the differences of neighbours of the complex patches, along y plus along x."""
    patches = stages["object_patches"]
    return _mean_modulus(patches.diff(dim=-2), rules) + _mean_modulus(patches.diff(dim=-1), rules)


def _counting(pixels: Tensor, stages: Stages) -> Tensor:
    """The pixels (B, C, N, N), 0 for those that do not count."""
    return torch.where(stages["mask"], pixels, 0.0) if "mask" in stages else pixels


def _mean_modulus(steps: Tensor, rules: Rules) -> Tensor:
    squared = steps.real.square() + steps.imag.square()
    return (squared + rules.variation_smoothing).sqrt().mean(dtype=torch.float64)


TERMS: LossTerms = {"poisson": poisson, "amplitude_mae": amplitude_mae, "total_variation": total_variation}
