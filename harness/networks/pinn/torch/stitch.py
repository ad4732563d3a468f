"""Stitching patches on one canvas, in float64, some patches at a time."""

import torch
from torch import Tensor

from harness.networks.pinn.torch.physics import translation_matrices

CHUNK = 32
"""Number of patches added at once, which limits the memory to 3 * CHUNK * M * size numbers."""


def stitch(patches: Tensor, positions: Tensor, weight: Tensor, size: int) -> tuple[Tensor, Tensor]:
    """Weighted mean of patches (K, M, M) complex128 at positions (K, 2) [x, y] from the canvas centre.

    weight (M, M) >= 0. Returns the mean (size, size), 0 where no patch lies, and the summed weights
    (size, size). Parts of patches outside of the canvas are lost.
    """
    total = patches.new_zeros(3, size, size, dtype=torch.float64)
    layers = torch.stack([patches.real * weight, patches.imag * weight, weight.expand(patches.shape)])
    for part, where in zip(torch.split(layers, CHUNK, dim=1), torch.split(positions, CHUNK), strict=True):
        right, down = translation_matrices(where, size, weight.shape[-1]).unbind(dim=1)
        total += torch.einsum("kim,lkmn,kjn->lij", down, part, right)
    coverage = total[2]
    safe = torch.where(coverage > 0, coverage, 1.0)
    mean = torch.where(coverage > 0, torch.complex(total[0], total[1]) / safe, 0.0)
    return mean, coverage
