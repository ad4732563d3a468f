"""Arithmetic on PyTorch's tensors that operators do not cover; the twin of `tensors_tensorflow`."""

from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

ENCODED_ROWS, ENCODED_CHANNELS = 2, 1
"""Axes of the encoder's images inside this backend."""
roll = torch.roll
"""Elements moved along an axis, what leaves at the end coming back at the start."""
stop_gradient = Tensor.detach
"""The same values, of which nothing is differentiated."""
complex_of = torch.complex
"""Complex numbers of two parts."""
sqrt = torch.sqrt
"""Square root."""


def conj(values: Tensor) -> Tensor:
    """Complex conjugate."""
    return torch.conj(values).resolve_conj()


def flip(values: Tensor, axis: int) -> Tensor:
    """Elements of an axis in reverse order."""
    return torch.flip(values, (axis,))


def transpose(values: Tensor) -> Tensor:
    """Rows and columns, the last two axes, swapped."""
    return values.mT.contiguous()


def fftshift(values: Tensor) -> Tensor:
    """Halves of the last two axes swapped."""
    return torch.fft.fftshift(values, dim=(-2, -1))


def rounded(values: Tensor) -> Tensor:
    """Values as single precision holds them, in their own type."""
    single = torch.complex64 if values.is_complex() else torch.float32
    return values.to(single).to(values.dtype)


def real(values: Tensor) -> Tensor:
    """The real part, as a complex number."""
    return torch.complex(values.real, torch.zeros_like(values.real))


def pixels(values: Tensor) -> float:
    """Number of elements."""
    return float(values.numel())


def mean(values: Tensor, axis: int) -> Tensor:
    """Mean along an axis, which stays with length 1."""
    return values.mean(dim=axis, keepdim=True)


def pad(values: Tensor, margin: int) -> Tensor:
    """Zeros around the last two axes."""
    return functional.pad(values, [margin] * 4)


def constant(array: np.ndarray, like: Tensor) -> Tensor:
    """A NumPy array in the type of another tensor."""
    return torch.from_numpy(array).to(like.dtype)


def coverage(rows: Tensor, columns: Tensor, inner: slice) -> Tensor:
    """Summed weights (B, 1, padded, padded) of patches that are 1 on `inner` of both axes."""
    return torch.einsum("bcy,bcx->byx", rows[..., inner].sum(-1), columns[..., inner].sum(-1)).unsqueeze(1)


def average_pooling() -> list[tuple[Any, str, Any]]:
    """The mean of each 2x2 block where its maximum is asked for."""
    return [(nn, "MaxPool2d", nn.AvgPool2d)]


def bilinear_upsampling() -> list[tuple[Any, str, Any]]:
    """Interpolated pixels where the nearest is asked for."""
    original = nn.Upsample

    def layer(scale_factor: int, mode: str) -> nn.Module:
        assert mode == "nearest"
        return original(scale_factor=scale_factor, mode="bilinear", align_corners=False)

    return [(nn, "Upsample", layer)]
