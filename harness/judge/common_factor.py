"""One factor in every gradient: told once, and taken out, so that it does not hide what else is wrong."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from harness.arrays import Array, Weights

SMALLEST = 1e-6
"""Relative: a factor that is nearer to 1 is none."""
EXPLAINED = 1e-3
"""A factor is common when what it leaves is at most this part of what it takes away."""


@dataclass(frozen=True)
class CommonFactor:
    """All tensors of one side are this often those of the other."""

    factor: float
    cosine: float
    """Cosine of the angle between the tensors of both sides, seen as one vector."""

    def taken_out(self, tensors: Mapping[str, Array]) -> Weights:
        """The tensors of the candidate without the factor, in their own types."""
        return {name: (tensor / self.factor).astype(tensor.dtype) for name, tensor in tensors.items()}


def common_factor(reference: Mapping[str, Array], candidate: Mapping[str, Array]) -> CommonFactor | None:
    """The factor that takes all tensors of the reference to those of the candidate; None where there is no such."""
    names = [name for name in reference if name in candidate and reference[name].shape == candidate[name].shape]
    mine, theirs = (_joined(side, names) for side in (reference, candidate))
    lengths = float(np.linalg.norm(mine)), float(np.linalg.norm(theirs))
    if not all(np.isfinite(lengths)) or 0 in lengths:
        return None
    factor = float(mine @ theirs) / lengths[0] ** 2
    taken, left = abs(factor - 1) * lengths[0], float(np.linalg.norm(theirs - factor * mine))
    if abs(factor - 1) < SMALLEST or factor == 0 or left > EXPLAINED * taken:
        return None
    return CommonFactor(factor, float(mine @ theirs) / (lengths[0] * lengths[1]))


def _joined(tensors: Mapping[str, Array], names: list[str]) -> Array:
    return np.concatenate([np.zeros(0), *(_real(tensors[name]) for name in names)])


def _real(tensor: Array) -> Array:
    """All numbers of a tensor in one row, float64; of complex ones the real and the imaginary parts."""
    if np.iscomplexobj(tensor):
        return tensor.astype(np.complex128).ravel().view(np.float64)
    return tensor.astype(np.float64).ravel()
