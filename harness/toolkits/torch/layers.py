"""The layers of PyTorch in the vocabulary of `harness.toolkits.layers`."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import nn

from harness.ports.contract import Kind
from harness.toolkits.layers import (
    Attributes,
    Layer,
    Layout,
    Tensor,
    after_flatten,
    depthwise,
    effective_crop,
    effective_padding,
    flat,
    per_axis,
    permuted,
    same,
)

Shape = tuple[int, ...]
CONVOLUTIONS = (nn.Conv1d, nn.Conv2d, nn.Conv3d)
TRANSPOSED = (nn.ConvTranspose1d, nn.ConvTranspose2d, nn.ConvTranspose3d)
BATCH_NORMS = (nn.BatchNorm1d, nn.BatchNorm2d, nn.BatchNorm3d)
INSTANCE_NORMS = (nn.InstanceNorm1d, nn.InstanceNorm2d, nn.InstanceNorm3d)
MAX_POOLS = (nn.MaxPool1d, nn.MaxPool2d, nn.MaxPool3d)
AVERAGE_POOLS = (nn.AvgPool1d, nn.AvgPool2d, nn.AvgPool3d)
DROPOUTS = (nn.Dropout, nn.Dropout1d, nn.Dropout2d, nn.Dropout3d, nn.AlphaDropout)
ACTIVATIONS: dict[type[nn.Module], str] = {
    nn.ReLU: "relu", nn.Sigmoid: "sigmoid", nn.Tanh: "tanh", nn.LeakyReLU: "leaky_relu", nn.ELU: "elu", nn.GELU: "gelu",
    nn.SiLU: "silu", nn.Softplus: "softplus", nn.Softmax: "softmax", nn.ReLU6: "relu6", nn.Hardtanh: "hard_tanh",
    nn.SELU: "selu", nn.Hardswish: "hard_swish", nn.Softsign: "softsign", nn.PReLU: "prelu",
}  # fmt: skip
KINDS: dict[tuple[type[nn.Module], ...], str] = {
    CONVOLUTIONS: "conv",
    TRANSPOSED: "conv_transpose",
    (nn.Linear,): "dense",
    (nn.Embedding,): "embedding",
    BATCH_NORMS: "batch_norm",
    (nn.LayerNorm,): "layer_norm",
    (nn.GroupNorm,): "group_norm",
    INSTANCE_NORMS: "instance_norm",
    MAX_POOLS: "max_pool",
    AVERAGE_POOLS: "average_pool",
    (nn.Upsample,): "upsample",
    DROPOUTS: "dropout",
    (nn.Flatten,): "flatten",
    (nn.Identity,): "identity",
    (nn.ConstantPad2d, nn.ReflectionPad2d, nn.ReplicationPad2d): "pad",
    tuple(ACTIVATIONS): "activation",
}


def kind_of(module: nn.Module) -> str:
    """The kind of a module, or the name of its class where the vocabulary has none."""
    if isinstance(module, CONVOLUTIONS) and _is_depthwise(module):
        return "depthwise_conv"
    found = next((kind for classes, kind in KINDS.items() if isinstance(module, classes)), None)
    return found or type(module).__name__


def describe(name: str, module: nn.Module, taken: Shape, given: Shape, flattened: Shape | None) -> Layer:
    """A module as a layer.

    Args:
        name: its path in the model.
        module: any module without children, or one that holds parameters of its own.
        taken: shape of its input, channels first.
        given: shape of its output, channels first.
        flattened: (C, H, W) of the image that was flattened before it, if one was.
    """
    kind = kind_of(module)
    attributes = ATTRIBUTES[kind](module, taken, given) if kind in ATTRIBUTES else {}
    return Layer(name, kind, attributes, _tensors(module, kind, flattened), module)


def _is_depthwise(module: Any) -> bool:
    return bool(module.groups > 1 and module.groups == module.in_channels)


def _convolution(module: Any, taken: Shape, given: Shape) -> Attributes:
    kernel, axes = list(module.kernel_size), len(module.kernel_size)
    padding = _padding(module, taken[2:], given[2:], _before(module))
    return {
        "filters": module.out_channels,
        "kernel_size": kernel,
        "stride": per_axis(module.stride, axes),
        "dilation": per_axis(module.dilation, axes),
        "groups": module.groups,
        "bias": module.bias is not None,
        "padding": padding,
        "padding_mode": module.padding_mode,
        "activation": "linear",
    }


def _before(module: Any) -> list[int]:
    axes = len(module.kernel_size)
    if module.padding == "same":
        reach = zip(module.kernel_size, module.dilation, strict=True)
        return [(kernel - 1) * dilation // 2 for kernel, dilation in reach]
    return [0] * axes if module.padding == "valid" else per_axis(module.padding, axes)


def _padding(module: Any, taken: Shape, given: Shape, before: Sequence[int]) -> list[int]:
    axes = len(taken)
    kernel, stride = per_axis(module.kernel_size, axes), per_axis(module.stride, axes)
    dilation = per_axis(getattr(module, "dilation", 1), axes)
    whole = zip(taken, kernel, stride, dilation, before, given, strict=True)
    return flat([effective_padding(*numbers) for numbers in whole])


def _transposed(module: Any, taken: Shape, given: Shape) -> Attributes:
    numbers = zip(taken[2:], module.kernel_size, module.stride, module.padding, given[2:], strict=True)
    return {
        "filters": module.out_channels,
        "kernel_size": list(module.kernel_size),
        "stride": list(module.stride),
        "dilation": list(module.dilation),
        "bias": module.bias is not None,
        "crop": flat([effective_crop(*axis) for axis in numbers]),
        "activation": "linear",
    }


def _dense(module: Any, *_: Shape) -> Attributes:
    return {"units": module.out_features, "bias": module.bias is not None, "activation": "linear"}


def _norm(module: Any, *_: Shape) -> Attributes:
    return {"epsilon": module.eps, "affine": getattr(module, "weight", None) is not None}


def _batch_norm(module: Any, *_: Shape) -> Attributes:
    running = module.track_running_stats
    kept = 1 - module.momentum if module.momentum is not None else None
    variance = "biased" if getattr(module, "keeps_biased_variance", False) else "unbiased"
    return {
        **_norm(module),
        "momentum": round(kept, 12) if kept is not None else None,
        "running_statistics": running,
        "running_variance": variance if running else None,
    }


def _group_norm(module: Any, *_: Shape) -> Attributes:
    return {**_norm(module), "groups": module.num_groups}


def _pool(module: Any, taken: Shape, given: Shape) -> Attributes:
    axes = len(taken) - 2
    padding = _padding(module, taken[2:], given[2:], per_axis(module.padding, axes))
    attributes: Attributes = {
        "pool_size": per_axis(module.kernel_size, axes),
        "stride": per_axis(module.stride, axes),
        "padding": padding,
    }
    if isinstance(module, AVERAGE_POOLS) and any(padding):
        attributes["counts_padding"] = module.count_include_pad
    return attributes


def _upsample(module: Any, taken: Shape, given: Shape) -> Attributes:
    return upsampling(module.mode, module.align_corners, taken[2:], given[2:])


def upsampling(mode: str, align_corners: bool | None, taken: Shape, given: Shape) -> Attributes:
    """Attributes of an upsampling; `repr` of the module would not tell `align_corners`."""
    linear = mode in ("linear", "bilinear", "trilinear", "bicubic")
    return {
        "factor": [after / before for before, after in zip(taken, given, strict=True)],
        "interpolation": {"linear": "bilinear", "trilinear": "bilinear"}.get(mode, mode),
        "align_corners": bool(align_corners) if linear else None,
    }


def _pad(module: Any, *_: Shape) -> Attributes:
    return {"padding": padded_pixels(module.padding)}


def padded_pixels(padding: Sequence[int]) -> list[int]:
    """(top, bottom, left, right, ...) of what PyTorch counts from the last axis on: (left, right, top, bottom)."""
    pairs = [list(padding[start : start + 2]) for start in range(0, len(padding), 2)]
    return flat(pairs[::-1])


def _dropout(module: Any, *_: Shape) -> Attributes:
    return {"rate": module.p}


def _embedding(module: Any, *_: Shape) -> Attributes:
    return {"entries": module.num_embeddings, "units": module.embedding_dim}


def _activation(module: nn.Module, *_: Shape) -> Attributes:
    name = next(name for cls, name in ACTIVATIONS.items() if isinstance(module, cls))
    return {"activation": name, **slope_of(name, module)}


def slope_of(name: str, settings: Any) -> Attributes:
    """What an activation is set to, beside its name, in one vocabulary."""
    if name == "leaky_relu":
        return {"negative_slope": settings.negative_slope}
    if name == "elu":
        return {"alpha": settings.alpha}
    return {"approximate": settings.approximate != "none"} if name == "gelu" else {}


ATTRIBUTES: dict[str, Callable[..., Attributes]] = {
    "conv": _convolution,
    "depthwise_conv": _convolution,
    "conv_transpose": _transposed,
    "dense": _dense,
    "embedding": _embedding,
    "batch_norm": _batch_norm,
    "layer_norm": _norm,
    "instance_norm": _norm,
    "group_norm": _group_norm,
    "max_pool": _pool,
    "average_pool": _pool,
    "upsample": _upsample,
    "pad": _pad,
    "dropout": _dropout,
    "activation": _activation,
}
_ROLES = {"weight": "gain", "bias": "bias", "running_mean": "mean", "running_var": "variance"}
_NORMS = ("batch_norm", "layer_norm", "group_norm", "instance_norm")


def _tensors(module: nn.Module, kind: str, flattened: Shape | None) -> tuple[Tensor, ...]:
    """The parameters of a module, then its running statistics, without those of its children."""
    buffers = module.named_buffers(recurse=False)
    own = [
        *((name, parameter, parameter.requires_grad) for name, parameter in module.named_parameters(recurse=False)),
        *((name, buffer, False) for name, buffer in buffers if buffer.is_floating_point() or buffer.is_complex()),
    ]
    return tuple(_tensor(module, kind, name, tensor, trained, flattened) for name, tensor, trained in own)


def _tensor(
    module: nn.Module, kind: str, name: str, tensor: torch.Tensor, trained: bool, flattened: Shape | None
) -> Tensor:
    if kind in _NORMS and name in _ROLES:
        role = _ROLES[name]
        state = role in ("mean", "variance")
        layout = _norm_layout(tensor)
        start = 1.0 if role in ("gain", "variance") else 0.0
        return Tensor(role, "state" if state else "gain" if role == "gain" else "bias", trained, layout, tensor, start)
    if name == "weight" and kind in ("conv", "depthwise_conv", "conv_transpose", "dense", "embedding"):
        return Tensor("kernel", "kernel", trained, _kernel_layout(module, kind, tensor, flattened), tensor)
    if name == "bias":
        return Tensor("bias", "bias", trained, same(tensor.shape), tensor)
    return other_tensor(name, tensor, trained)


def _norm_layout(tensor: torch.Tensor) -> Layout:
    """Channels last of the gain of a normalisation over whole images (C, H, W)."""
    axes = tuple(range(tensor.ndim))
    return permuted(tensor.shape, (*axes[1:], *axes[:1]))


def _kernel_layout(module: Any, kind: str, tensor: torch.Tensor, flattened: Shape | None) -> Layout:
    shape = tuple(tensor.shape)
    if kind == "depthwise_conv":
        return depthwise(shape, module.in_channels)
    if kind == "dense" and flattened is not None and len(flattened) > 1:
        return after_flatten(module.out_features, flattened)
    if kind == "embedding":
        return same(shape)
    if kind == "conv_transpose":
        return permuted(shape, (*range(2, len(shape)), 0, 1))
    return permuted(shape, (*range(2, len(shape)), 1, 0))


def other_tensor(name: str, tensor: torch.Tensor, trained: bool) -> Tensor:
    """A parameter of the user's own kind: it starts where the model put it when that is one value."""
    values = tensor.detach().flatten()
    alike = values.numel() > 0 and bool((values == values[0]).all())
    kind: Kind = "scalar" if tensor.ndim == 0 else "gain" if alike else "kernel"
    start = float(values[0].real) if alike else 0.0
    return Tensor(name, kind if trained else "state", trained, same(tensor.shape), tensor, start)


def describe_unused(model: nn.Module, called: set[str]) -> list[Layer]:
    """Modules with parameters of their own that no forward pass called, or that hold others, as layers."""
    found = []
    for name, module in model.named_modules():
        if name not in called and (tensors := _tensors(module, kind_of(module), None)):
            found.append(Layer(name, kind_of(module), {}, tensors, module))
    return found
