"""Conversion between canonical weights and the parameters of PyTorch.

A kernel is `<layer>.kernel` (height, width, in, out) in the canonical weights and `<layer>.weight` (out, in, height,
width) in PyTorch.
"""

import numpy as np
import torch
from torch import Tensor, nn

from harness.arrays import Weights


def to_canonical(module: nn.Module) -> Weights:
    """Every parameter by canonical name, in canonical layout, float64."""
    return {canonical_name(name): canonical_array(tensor) for name, tensor in module.state_dict().items()}


def from_canonical(weights: Weights, module: nn.Module) -> None:
    """Load checked canonical weights into the module, in its own precision and on its own device."""
    module.load_state_dict({_torch_name(name): tensor(array) for name, array in weights.items()})


def trainable(module: nn.Module) -> dict[str, nn.Parameter]:
    """The parameters of a network that are trained, by their own names."""
    return {name: weight for name, weight in module.named_parameters() if weight.requires_grad}


def canonical_name(name: str) -> str:
    """Canonical name of a parameter."""
    return f"{name.removesuffix('weight')}kernel" if name.endswith(".weight") else name


def canonical_array(tensor: Tensor) -> np.ndarray:
    """A parameter, or a tensor of its shape such as its gradient, in canonical layout, float64."""
    array = tensor.detach().cpu().numpy().astype(np.float64)
    return np.ascontiguousarray(array.transpose(2, 3, 1, 0)) if array.ndim == 4 else array


def tensor(array: np.ndarray) -> Tensor:
    """The reverse of `canonical_array`, float64."""
    return torch.from_numpy(np.array(array.transpose(3, 2, 0, 1) if array.ndim == 4 else array))


def _torch_name(name: str) -> str:
    return f"{name.removesuffix('kernel')}weight" if name.endswith(".kernel") else name
