"""Functions of PyTorch's tensors for faults; `tensors_tensorflow` has the same functions for TensorFlow."""

from collections.abc import Callable
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn
from torch.nn import functional

ENCODED_ROWS, ENCODED_CHANNELS = 2, 1
"""Axes of rows and of channels in the encoder's images inside this backend."""
roll = torch.roll
"""Move elements along an axis; those that leave at one end come back at the other."""
stop_gradient = Tensor.detach
"""The same values, through which no gradient flows."""
complex_of = torch.complex
"""Complex numbers from their real and imaginary parts."""
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
    """Values rounded to single precision, in the type of the argument."""
    single = torch.complex64 if values.is_complex() else torch.float32
    return values.to(single).to(values.dtype)


def joined(*parts: Tensor) -> Tensor:
    """Tensors joined along their first axis."""
    return torch.cat(parts)


def noisy_gradient(values: Tensor, size: float) -> Tensor:
    """The same real values, whose gradient has noise of a relative size, drawn anew each time."""
    if not values.requires_grad:
        return values

    def noisy(slope: Tensor) -> Tensor:
        noise = np.random.default_rng().normal(size=tuple(slope.shape))
        return slope * (1 + size * torch.from_numpy(noise).to(slope.dtype))

    same = values.view_as(values)
    same.register_hook(noisy)  # type: ignore[no-untyped-call]
    return same


def gradient_unless(values: Tensor, stopped: Callable[[], bool]) -> Tensor:
    """The same real values, through which no gradient flows while `stopped` says so."""
    if not values.requires_grad:
        return values
    same = values.view_as(values)
    same.register_hook(lambda slope: slope * (not stopped()))  # type: ignore[no-untyped-call]
    return same


def real(values: Tensor) -> Tensor:
    """The real part, as a complex number."""
    return torch.complex(values.real, torch.zeros_like(values.real))


def pixels(values: Tensor) -> float:
    """Number of elements of a tensor."""
    return float(values.numel())


def share(values: Tensor) -> Tensor:
    """Share of the elements of a tensor of truth values that are true."""
    return values.double().mean()


def mean(values: Tensor, axis: int) -> Tensor:
    """Mean along an axis, which is kept with length 1."""
    return values.mean(dim=axis, keepdim=True)


def pad(values: Tensor, margin: int) -> Tensor:
    """Add `margin` zeros on every side of the last two axes."""
    return functional.pad(values, [margin] * 4)


class _Conjugated(torch.autograd.Function):
    @staticmethod
    def forward(_: Any, values: Tensor) -> Tensor:
        return values.clone()

    @staticmethod
    def backward(_: Any, gradient: Tensor) -> Tensor:
        return conj(gradient)


def with_conjugate_gradient(values: Tensor) -> Tensor:
    """The same values, through which the conjugate of the gradient flows."""
    found: Tensor = _Conjugated.apply(values)  # type: ignore[no-untyped-call]
    return found


def stirling(measured: Tensor) -> Tensor:
    """Stirling's approximation of the logarithm of the factorials of counts above 1, their roots given (B, C, N, N).

    Summed over the pixels of a pattern; the mean over the patterns.
    """
    counts = measured.square().double()
    large = counts.clamp(min=1)
    terms = large * large.log() - large + 0.5 * torch.log(2 * torch.pi * large)
    return torch.where(counts > 1, terms, 0.0).sum(dim=(-2, -1)).mean()


def constant(array: np.ndarray, like: Tensor) -> Tensor:
    """Convert a NumPy array to a tensor of the type of `like`."""
    return torch.from_numpy(array).to(like.dtype)


def coverage(rows: Tensor, columns: Tensor, inner: slice) -> Tensor:
    """Summed weights (B, 1, padded, padded) of patches with weight 1 on the pixels `inner` of both axes, else 0."""
    return torch.einsum("bcy,bcx->byx", rows[..., inner].sum(-1), columns[..., inner].sum(-1)).unsqueeze(1)


def average_pooling() -> list[tuple[Any, str, Any]]:
    """Patches of the framework after which max pooling returns the mean of each 2x2 block."""
    return [(nn, "MaxPool2d", nn.AvgPool2d)]


def bilinear_upsampling() -> list[tuple[Any, str, Any]]:
    """Patches of the framework after which nearest-neighbour upsampling interpolates bilinearly."""
    original = nn.Upsample

    def layer(scale_factor: int, mode: str) -> nn.Module:
        assert mode == "nearest"
        return original(scale_factor=scale_factor, mode="bilinear", align_corners=False)

    return [(nn, "Upsample", layer)]


def softsign_for_tanh() -> list[tuple[Any, str, Any]]:
    """Patches of the framework after which a layer that is asked for tanh computes softsign."""
    return [(nn, "Tanh", nn.Softsign)]
