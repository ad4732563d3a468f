"""Faults in the layers of a PyTorch model, each in the first layer of its kind; `layers_keras` has the same functions.

Every function takes the model, and the size of the fault where it has one, and changes the model in place. Real bugs
are most often in all layers of a kind: the functions of those stand last.
"""

from typing import Any

import torch
from torch import nn
from torch.nn import functional

from harness.errors import HarnessError


def first(model: nn.Module, kind: type[Any], **settings: Any) -> Any:
    """The first module of a class that has these settings; HarnessError where the model has none."""
    for module in model.modules():
        if isinstance(module, kind) and all(getattr(module, name) == value for name, value in settings.items()):
            return module
    raise HarnessError(f"--parity-fault: {type(model).__name__} has no {kind.__name__} to break; choose another fault.")


def epsilon(model: nn.Module, size: float) -> None:
    """Add to the epsilon of a batch normalisation."""
    first(model, nn.BatchNorm2d).eps += size


def momentum(model: nn.Module, size: float) -> None:
    """Make a batch normalisation keep a larger share of its running statistics."""
    first(model, nn.BatchNorm2d).momentum -= size


def variance(model: nn.Module) -> None:
    """Keep the unbiased running variance, as PyTorch's own module does."""
    first(model, nn.BatchNorm2d).__class__ = nn.BatchNorm2d


def padding_side(model: nn.Module) -> None:
    """Pad before the image what is padded behind it."""
    pad = first(model, nn.ZeroPad2d)
    left, right, top, bottom = pad.padding
    pad.padding = (right, left, bottom, top)


class _ChannelsLast(nn.Flatten):
    def forward(self, images: torch.Tensor) -> torch.Tensor:
        return super().forward(images.movedim(1, -1))


def flatten_order(model: nn.Module) -> None:
    """Flatten rows, columns, channels where the framework's own order is meant."""
    first(model, nn.Flatten).__class__ = _ChannelsLast


def bilinear(model: nn.Module) -> None:
    """Interpolate where the nearest pixel is meant."""
    layer = first(model, nn.Upsample, mode="nearest")
    layer.mode, layer.align_corners = "bilinear", False


def align_corners(model: nn.Module) -> None:
    """Interpolate between aligned corners where the nearest pixel is meant."""
    layer = first(model, nn.Upsample, mode="nearest")
    layer.mode, layer.align_corners = "bilinear", True


def output_padding(model: nn.Module) -> None:
    """Cut the pixel too many off before the image, as `padding=1, output_padding=1` does, and not behind it."""
    layer = first(model, nn.ConvTranspose2d, kernel_size=(3, 3))
    layer.__class__ = nn.ConvTranspose2d
    layer.padding, layer.output_padding = (1, 1), (1, 1)


class _AlwaysDropout(nn.Dropout):
    def forward(self, values: torch.Tensor) -> torch.Tensor:
        return functional.dropout(values, self.p, training=True)


def dropout(model: nn.Module) -> None:
    """Leave dropout on where the model predicts."""
    first(model, nn.Dropout).__class__ = _AlwaysDropout


NORMS: dict[str, type[nn.Module]] = {"batch": nn.BatchNorm2d, "layer": nn.LayerNorm, "group": nn.GroupNorm}
"""The classes of the normalisations."""


def every(model: nn.Module, kind: type[Any]) -> list[Any]:
    """All modules of a class; HarnessError where the model has none."""
    first(model, kind)
    return [module for module in model.modules() if isinstance(module, kind)]


def momentum_of(model: nn.Module, number: float) -> None:
    """Give the batch normalisations a number as their momentum, whatever it means."""
    for module in every(model, nn.BatchNorm2d):
        module.momentum = number


def momentum_kept(model: nn.Module, share: float) -> None:
    """Make the batch normalisations keep this share of their running statistics."""
    momentum_of(model, 1 - share)


def momentum_complement(model: nn.Module) -> None:
    """Take the momentum m of the batch normalisations for 1 - m."""
    for module in every(model, nn.BatchNorm2d):
        module.momentum = 1 - module.momentum


def epsilon_of(model: nn.Module, norm: str, number: float) -> None:
    """Give the normalisations of a kind this epsilon."""
    for module in every(model, NORMS[norm]):
        module.eps = number


def extra_relu(model: nn.Module) -> None:
    """Put a ReLU behind the last layer, in the model's own code."""
    plain = type(model)

    class Rectified(plain):  # type: ignore[misc, valid-type]
        def forward(self, *inputs: torch.Tensor) -> torch.Tensor:
            return torch.relu(super().forward(*inputs))

    model.__class__ = Rectified


def one_initialiser(model: nn.Module) -> None:
    """Draw all kernels by one initialiser, which gives the same numbers each time."""
    for module in every(model, nn.Conv2d):
        torch.manual_seed(1)
        module.reset_parameters()
