"""Attributes of each layer for the contract, read from the PyTorch modules that compute."""

from typing import Any

import torch
from torch import nn

from harness.ports.contract import ACTIVATION, LINEAR, Attributes, fold_activations


def layers(network: nn.Module) -> dict[str, Attributes]:
    """The attributes of every layer by canonical name, in order."""
    innermost = ((name, module) for name, module in network.named_modules() if not list(module.children()))
    return fold_activations((name, attributes(module)) for name, module in innermost)


def attributes(module: Any) -> Attributes:
    """Attributes of one module; for a class that is not listed here its name alone.

    Classes are compared by name, because an injected fault may have replaced the class that is imported here.
    """
    kind = type(module).__name__
    match kind:
        case "Conv2d":
            convolution = {"kind": "convolution", **_window(module), "dilation": _pair(module.dilation)}
            return {**convolution, "groups": module.groups, "bias": module.bias is not None, ACTIVATION: LINEAR}
        case "MaxPool2d" | "AvgPool2d":
            return {"kind": "max_pooling" if kind == "MaxPool2d" else "average_pooling", **_window(module)}
        case "Upsample":
            return {"kind": "upsampling", "interpolation": module.mode, "sampled_at": _sample_points(module)}
    if type(module).__module__ == "torch.nn.modules.activation":
        return {"kind": ACTIVATION, ACTIVATION: kind.lower()}
    return {"kind": kind}


def _window(module: Any) -> Attributes:
    """Attributes `kernel` and `stride` (y, x), and `padding` in pixels (top, bottom, left, right)."""
    padding = module.padding
    if getattr(module, "padding_mode", "zeros") != "zeros":
        padding = f"{module.padding_mode} {padding}"
    elif not isinstance(padding, str):
        padding = [pixels for pixels in _pair(padding) for _ in range(2)]
    return {"kernel": _pair(module.kernel_size), "stride": _pair(module.stride), "padding": padding}


def _pair(value: int | tuple[int, ...]) -> list[int]:
    return list(value) if isinstance(value, tuple) else [value, value]


def _sample_points(module: nn.Module) -> list[float]:
    """Positions in a row of two pixels where the upsampled row is sampled (see `docs/adding-a-backend.md`)."""
    row = module(torch.arange(2.0).reshape(1, 1, 1, 2))[0, 0, 0]
    return [round(place, 6) for place in row.tolist()]
