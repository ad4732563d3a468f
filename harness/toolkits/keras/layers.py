"""The layers of Keras in the vocabulary of `harness.toolkits.layers`."""

from collections.abc import Callable
from typing import Any

import keras
from keras import layers

from harness.ports.contract import Kind
from harness.toolkits.keras.differentiation import to_numpy
from harness.toolkits.layers import (
    Attributes,
    Layer,
    Layout,
    Tensor,
    effective_crop,
    effective_padding,
    flat,
    per_axis,
    permuted,
    same,
    same_padding,
)

Shape = tuple[int, ...]
CONVOLUTIONS = (layers.Conv1D, layers.Conv2D, layers.Conv3D)
TRANSPOSED = (layers.Conv1DTranspose, layers.Conv2DTranspose, layers.Conv3DTranspose)
MAX_POOLS = (layers.MaxPooling1D, layers.MaxPooling2D, layers.MaxPooling3D)
AVERAGE_POOLS = (layers.AveragePooling1D, layers.AveragePooling2D, layers.AveragePooling3D)
UPSAMPLINGS = (layers.UpSampling1D, layers.UpSampling2D, layers.UpSampling3D)
DROPOUTS = (
    layers.Dropout, layers.SpatialDropout1D, layers.SpatialDropout2D, layers.SpatialDropout3D, layers.GaussianDropout,
    layers.AlphaDropout, layers.GaussianNoise,
)  # fmt: skip
MERGES = (layers.Add, layers.Average, layers.Concatenate, layers.Maximum, layers.Multiply, layers.Subtract)
PADS = (layers.ZeroPadding1D, layers.ZeroPadding2D, layers.ZeroPadding3D)
SHAPERS = (layers.Reshape, layers.Permute, layers.Cropping2D)
ACTIVATION_LAYERS: dict[type, str] = {
    layers.ReLU: "relu",
    layers.LeakyReLU: "leaky_relu",
    layers.ELU: "elu",
    layers.Softmax: "softmax",
    layers.PReLU: "prelu",
}
KINDS: dict[tuple[type, ...], str] = {
    (layers.DepthwiseConv1D, layers.DepthwiseConv2D): "depthwise_conv",
    TRANSPOSED: "conv_transpose",
    CONVOLUTIONS: "conv",
    (layers.Dense,): "dense",
    (layers.Embedding,): "embedding",
    (layers.BatchNormalization,): "batch_norm",
    (layers.LayerNormalization,): "layer_norm",
    (layers.GroupNormalization,): "group_norm",
    MAX_POOLS: "max_pool",
    AVERAGE_POOLS: "average_pool",
    UPSAMPLINGS: "upsample",
    DROPOUTS: "dropout",
    (layers.Flatten,): "flatten",
    MERGES: "merge",
    (layers.Identity,): "identity",
    (layers.InputLayer,): "input",
    PADS: "pad",
    SHAPERS: "reshape",
    (layers.Activation, *ACTIVATION_LAYERS): "activation",
}
OPERATIONS = {
    "Relu": "relu", "Sigmoid": "sigmoid", "Tanh": "tanh", "LeakyRelu": "leaky_relu", "Silu": "silu", "Gelu": "gelu",
    "Softplus": "softplus", "Elu": "elu",
}  # fmt: skip
"""Activations that a functional model calls from `keras.ops`."""


def kind_of(layer: Any) -> str:
    """The kind of a layer, or the name of its class where the vocabulary has none."""
    found = next((kind for classes, kind in KINDS.items() if isinstance(layer, classes)), None)
    if found is None and not isinstance(layer, layers.Layer):  # an operation of `keras.ops` in a functional model
        return "activation" if type(layer).__name__ in OPERATIONS else "merge"
    return found or type(layer).__name__


def describe(name: str, layer: Any, taken: Shape, given: Shape) -> Layer:
    """A layer, or an operation of a functional model, by the shapes of its input and output, channels last."""
    kind = kind_of(layer)
    attributes = ATTRIBUTES[kind](layer, taken, given) if kind in ATTRIBUTES and taken else {}
    return Layer(name, kind, attributes, tensors(layer, kind), layer)


def activation_of(layer: Any) -> Attributes:
    """The activation that is part of a layer, and what it is set to."""
    function = getattr(layer, "activation", None)
    name = getattr(function, "__name__", str(function)) if function is not None else "linear"
    return {"activation": name, **_settings(name, None)}


def _settings(name: str, layer: Any) -> Attributes:
    if name == "leaky_relu":
        return {"negative_slope": float(getattr(layer, "negative_slope", 0.2))}
    if name == "elu":
        return {"alpha": float(getattr(layer, "alpha", 1.0))}
    return {"approximate": bool(getattr(layer, "approximate", False))} if name == "gelu" else {}


def _activation(layer: Any, *_: Shape) -> Attributes:
    name = OPERATIONS.get(type(layer).__name__) or ACTIVATION_LAYERS.get(type(layer))
    return {"activation": name, **_settings(name, layer)} if name else activation_of(layer)


def _padding(layer: Any, taken: Shape, given: Shape, kernel: list[int], stride: list[int]) -> list[int]:
    axes = len(kernel)
    dilation = per_axis(getattr(layer, "dilation_rate", 1), axes)
    pairs = []
    for size, width, step, spread, outputs in zip(taken[1:-1], kernel, stride, dilation, given[1:-1], strict=True):
        before = same_padding(size, width, step, spread) if layer.padding == "same" else 0
        pairs.append(effective_padding(size, width, step, spread, before, outputs))
    return flat(pairs)


def _convolution(layer: Any, taken: Shape, given: Shape) -> Attributes:
    axes = len(taken) - 2
    kernel, stride = per_axis(layer.kernel_size, axes), per_axis(layer.strides, axes)
    return {
        "filters": given[-1],
        "kernel_size": kernel,
        "stride": stride,
        "dilation": per_axis(layer.dilation_rate, axes),
        "groups": taken[-1] if kind_of(layer) == "depthwise_conv" else layer.groups,
        "bias": layer.use_bias,
        "padding": _padding(layer, taken, given, kernel, stride),
        "padding_mode": "zeros",
        **activation_of(layer),
    }


def _transposed(layer: Any, taken: Shape, given: Shape) -> Attributes:
    axes = len(taken) - 2
    kernel, stride = per_axis(layer.kernel_size, axes), per_axis(layer.strides, axes)
    crops = []
    for size, width, step, outputs in zip(taken[1:-1], kernel, stride, given[1:-1], strict=True):
        before = max(width - step, 0) // 2 if layer.padding == "same" else 0
        crops.append(effective_crop(size, width, step, before, outputs))
    return {
        "filters": layer.filters,
        "kernel_size": kernel,
        "stride": stride,
        "dilation": per_axis(layer.dilation_rate, axes),
        "bias": layer.use_bias,
        "crop": flat(crops),
        **activation_of(layer),
    }


def _dense(layer: Any, *_: Shape) -> Attributes:
    return {"units": layer.units, "bias": layer.use_bias, **activation_of(layer)}


def _norm(layer: Any, *_: Shape) -> Attributes:
    return {"epsilon": layer.epsilon, "affine": bool(layer.scale)}


def _batch_norm(layer: Any, *_: Shape) -> Attributes:
    return {
        **_norm(layer),
        "momentum": layer.momentum,
        "running_statistics": True,
        "running_variance": "biased",
    }


def _group_norm(layer: Any, *_: Shape) -> Attributes:
    return {**_norm(layer), "groups": layer.groups}


def _pool(layer: Any, taken: Shape, given: Shape) -> Attributes:
    axes = len(taken) - 2
    size, stride = per_axis(layer.pool_size, axes), per_axis(layer.strides, axes)
    padding = _padding(layer, taken, given, size, stride)
    attributes: Attributes = {"pool_size": size, "stride": stride, "padding": padding}
    return attributes | ({"counts_padding": False} if isinstance(layer, AVERAGE_POOLS) and any(padding) else {})


def _upsample(layer: Any, taken: Shape, given: Shape) -> Attributes:
    interpolation = getattr(layer, "interpolation", "nearest")
    return {
        "factor": [after / before for before, after in zip(taken[1:-1], given[1:-1], strict=True)],
        "interpolation": interpolation,
        "align_corners": None if interpolation == "nearest" else False,
    }


def _pad(layer: Any, *_: Shape) -> Attributes:
    pairs = [layer.padding] if isinstance(layer, layers.ZeroPadding1D) else layer.padding
    return {"padding": flat(pairs)}


def _dropout(layer: Any, *_: Shape) -> Attributes:
    return {"rate": getattr(layer, "rate", None)}


def _embedding(layer: Any, *_: Shape) -> Attributes:
    return {"entries": layer.input_dim, "units": layer.output_dim}


ATTRIBUTES: dict[str, Callable[..., Attributes]] = {
    "conv": _convolution,
    "depthwise_conv": _convolution,
    "conv_transpose": _transposed,
    "dense": _dense,
    "embedding": _embedding,
    "batch_norm": _batch_norm,
    "layer_norm": _norm,
    "group_norm": _group_norm,
    "max_pool": _pool,
    "average_pool": _pool,
    "upsample": _upsample,
    "pad": _pad,
    "dropout": _dropout,
    "activation": _activation,
}
ROLES = {"gamma": "gain", "beta": "bias", "moving_mean": "mean", "moving_variance": "variance", "embeddings": "kernel"}
"""Keras' name of a variable, and its role."""


def tensors(layer: Any, kind: str) -> tuple[Tensor, ...]:
    """The variables of a layer, in the order in which Keras made them, without those of layers within it."""
    own = getattr(layer, "_trainable_variables", []) + getattr(layer, "_non_trainable_variables", [])
    return tuple(
        tensor_of(variable, kind) for variable in own if "float" in variable.dtype or "complex" in variable.dtype
    )


def tensor_of(variable: keras.Variable, kind: str) -> Tensor:
    """A variable in its role."""
    name = variable.path.rpartition("/")[2]
    role = ROLES.get(name, name)
    trained = bool(variable.trainable)
    start = 1.0 if role in ("gain", "variance") else 0.0
    if role in ("mean", "variance"):
        return Tensor(role, "state", trained, same(variable.shape), variable, start)
    if role in ("kernel", "bias", "gain"):
        return Tensor(role, role, trained, _layout(variable, kind, role), variable, start)
    return other_tensor(name, variable)


def other_tensor(name: str, variable: keras.Variable) -> Tensor:
    """A weight of the user's own kind: it starts where the model put it when that is one value."""
    values = to_numpy(variable)
    alike = values.size > 0 and (values == values.flat[0]).all()
    kind: Kind = "scalar" if values.ndim == 0 else "gain" if alike else "kernel"
    start = float(values.flat[0].real) if alike else 0.0
    trained = bool(variable.trainable)
    return Tensor(name, kind if trained else "state", trained, same(values.shape), variable, start)


def _layout(variable: keras.Variable, kind: str, role: str) -> Layout:
    axes = list(range(len(variable.shape)))
    if role == "kernel" and kind == "conv_transpose":  # Keras keeps (rows, columns, out, in)
        return permuted(variable.shape, (*axes[:-2], axes[-1], axes[-2]))
    return same(variable.shape)
