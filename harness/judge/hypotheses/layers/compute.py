"""Layers in NumPy, by the attributes that contracts state (see `harness.toolkits.layers`); channels last.

Small and slow: they are computed once or twice for each hypothesis, on a few samples.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from harness.arrays import Array
from harness.judge.hypotheses.layers.activations import ACTIVATIONS, Activation, elu, leaky_relu
from harness.judge.hypotheses.layers.upsampling import method_of, resized
from harness.ports.contract import ACTIVATION, LINEAR, Attributes

Padding = list[tuple[int, int]]
SYNONYMS = {
    "convolution": "conv",
    "max_pooling": "max_pool",
    "average_pooling": "average_pool",
    "upsampling": "upsample",
}
"""Kinds of layers that contracts call otherwise."""
MODES: dict[str, Any] = {"reflect": "reflect", "replicate": "edge", "circular": "wrap"}
"""Ways to pad without zeros, as PyTorch calls them and as NumPy does."""


def unchanged(values: Array) -> Array:
    """The values as they are."""
    return values


@dataclass(frozen=True)
class Layer:
    """A layer as it is computed here: what it is, and its weights by their roles (`kernel`, `bias`, `gain`, ...)."""

    name: str
    attributes: Attributes
    weights: Mapping[str, Array]
    then: Activation = unchanged
    """What a hypothesis does with the output."""

    @property
    def kind(self) -> str:
        """Its kind, in the vocabulary of the toolkits."""
        kind = str(self.attributes["kind"])
        return SYNONYMS.get(kind, kind)


def output(layer: Layer, image: Array) -> Array:
    """What a layer makes of its input (B, H, W, C) or (B, F); KeyError or ValueError where it is not known how."""
    return layer.then(activation(layer.attributes)(KINDS[layer.kind](layer, image)))


def activation(attributes: Attributes) -> Activation:
    """The activation that joined a layer; KeyError for one that is not known."""
    name = attributes.get(ACTIVATION, LINEAR)
    if name == LINEAR:
        return unchanged
    if name == "leaky_relu":
        return leaky_relu(_number(attributes, "negative_slope", 0.01))
    if name == "elu":
        return elu(_number(attributes, "alpha", 1.0))
    if name == "gelu" and attributes.get("approximate"):
        return ACTIVATIONS["gelu by tanh"]
    return ACTIVATIONS[str(name)]


def _number(attributes: Attributes, name: str, default: float) -> float:
    value = attributes.get(name)
    return float(value) if isinstance(value, int | float) else default


def numbers(attributes: Attributes, name: str, default: Any = (1, 1)) -> list[int]:
    """A setting of a layer for both axes."""
    value: Any = attributes.get(name, default)
    return [int(number) for number in value]


def padding(attributes: Attributes, name: str = "padding") -> Padding:
    """Pixels (before, after) that are padded, or cut off, along rows and columns; negative ones count the other way."""
    pixels = numbers(attributes, name, (0, 0, 0, 0))
    return [(pixels[0], pixels[1]), (pixels[2], pixels[3])]


def padded(image: Array, pixels: Padding, fill: float = 0.0, mode: str = "zeros") -> Array:
    """An image (B, H, W, C) with padding; negative padding cuts."""
    more = [(0, 0), *((max(before, 0), max(after, 0)) for before, after in pixels), (0, 0)]
    wide = np.pad(image, more, MODES[mode]) if mode in MODES else np.pad(image, more, constant_values=fill)
    rows, columns = (_inner(size, *axis) for size, axis in zip(wide.shape[1:3], pixels, strict=True))
    return wide[:, rows, columns]


def _inner(size: int, before: int, after: int) -> slice:
    return slice(max(-before, 0), size - max(-after, 0))


def _windows(layer: Layer, image: Array, kernel: list[int], fill: float = 0.0) -> Array:
    """(B, rows, columns, C, kernel rows, kernel columns) views of a padded image."""
    attributes = layer.attributes
    dilation, stride = numbers(attributes, "dilation"), numbers(attributes, "stride")
    reach = [(size - 1) * step + 1 for size, step in zip(kernel, dilation, strict=True)]
    wide = padded(image, padding(attributes), fill, str(attributes.get("padding_mode", "zeros")))
    windows = sliding_window_view(wide, reach, axis=(1, 2))
    return windows[:, :: stride[0], :: stride[1], :, :: dilation[0], :: dilation[1]]


def _convolution(layer: Layer, image: Array) -> Array:
    """A correlation with the kernel (rows, columns, in, out), as both frameworks compute it."""
    kernel = layer.weights["kernel"]
    if layer.attributes.get("groups", 1) != 1:
        raise ValueError("grouped convolutions are not computed")
    windows = _windows(layer, as_image(image, kernel.shape[2]), list(kernel.shape[:2]))
    return _biased(layer, np.einsum("bijckl,klco->bijo", windows, kernel, optimize=True))


def _depthwise(layer: Layer, image: Array) -> Array:
    kernel = layer.weights["kernel"]
    windows = _windows(layer, image, list(kernel.shape[:2]))
    made = np.einsum("bijckl,klcm->bijcm", windows, kernel, optimize=True)
    return _biased(layer, made.reshape(*made.shape[:3], -1))


def _transposed(layer: Layer, image: Array) -> Array:
    """A transposed convolution with the kernel (rows, columns, in, out): its full output, cut by `crop`."""
    kernel, stride = layer.weights["kernel"], numbers(layer.attributes, "stride")
    rows, columns = image.shape[1:3]
    sizes = [
        (count - 1) * step + size for count, step, size in zip((rows, columns), stride, kernel.shape[:2], strict=True)
    ]
    full = np.zeros((len(image), *sizes, kernel.shape[3]), np.result_type(image, kernel))
    for row, column in np.ndindex(*kernel.shape[:2]):
        places = (slice(row, row + rows * stride[0], stride[0]), slice(column, column + columns * stride[1], stride[1]))
        full[:, places[0], places[1]] += image @ kernel[row, column]
    cut = [(-before, -after) for before, after in padding(layer.attributes, "crop")]
    return _biased(layer, padded(full, cut))


def _dense(layer: Layer, values: Array) -> Array:
    """(B, F) times the kernel (F, units); an image is flattened channels last."""
    kernel = layer.weights["kernel"]
    flat = values if values.shape[-1] == kernel.shape[0] else values.reshape(len(values), -1)
    return _biased(layer, flat @ kernel)


def _biased(layer: Layer, values: Array) -> Array:
    return values + layer.weights["bias"] if "bias" in layer.weights else values


def _batch_norm(layer: Layer, values: Array) -> Array:
    """By the running statistics, as in inference."""
    return _normalised(layer, values, layer.weights["mean"], layer.weights["variance"])


def _layer_norm(layer: Layer, values: Array) -> Array:
    gain = layer.weights.get("gain")
    axes = tuple(range(values.ndim - (1 if gain is None else gain.ndim), values.ndim))
    return _normalised(layer, values, *_statistics(layer, values, axes))


def _instance_norm(layer: Layer, image: Array) -> Array:
    return _normalised(layer, image, *_statistics(layer, image, (1, 2)))


def _group_norm(layer: Layer, image: Array) -> Array:
    """Mean and variance over the pixels and the channels of each group."""
    groups: Any = layer.attributes["groups"]
    grouped = image.reshape(*image.shape[:-1], groups, -1)
    axes = (*range(1, image.ndim - 1), image.ndim)
    mean, variance = _statistics(layer, grouped, axes)
    spread = [np.broadcast_to(value, grouped.shape).reshape(image.shape) for value in (mean, variance)]
    return _normalised(layer, image, *spread)


def _statistics(layer: Layer, values: Array, axes: tuple[int, ...]) -> tuple[Array, Array]:
    """Mean and variance over axes; biased, unless the layer says otherwise."""
    less = 1 if layer.attributes.get("variance") == "unbiased" else 0
    return values.mean(axis=axes, keepdims=True), values.var(axis=axes, keepdims=True, ddof=less)


def _normalised(layer: Layer, values: Array, mean: Array, variance: Array) -> Array:
    epsilon = _number(layer.attributes, "epsilon", 0.0)
    outside = layer.attributes.get("epsilon_added") == "to the root"
    root = np.sqrt(variance) + epsilon if outside else np.sqrt(variance + epsilon)
    return (values - mean) / root * layer.weights.get("gain", np.ones(1)) + layer.weights.get("bias", np.zeros(1))


def _max_pool(layer: Layer, image: Array) -> Array:
    return _windows(layer, image, _pool_size(layer), -np.inf).max(axis=(-2, -1))


def _average_pool(layer: Layer, image: Array) -> Array:
    """The mean of each window; padded pixels count only where the layer says so."""
    windows = _windows(layer, image, _pool_size(layer))
    if layer.attributes.get("counts_padding", False):
        return windows.mean(axis=(-2, -1))
    inside = _windows(layer, np.ones_like(image[:1]), _pool_size(layer))
    return windows.sum(axis=(-2, -1)) / inside.sum(axis=(-2, -1))


def _pool_size(layer: Layer) -> list[int]:
    return numbers(layer.attributes, "pool_size" if "pool_size" in layer.attributes else "kernel")


def _upsample(layer: Layer, image: Array) -> Array:
    factor: Any = layer.attributes.get("factor", (2, 2))
    return resized(image, [float(one) for one in factor], method_of(layer.attributes))


def as_image(values: Array, channels: int) -> Array:
    """Numbers (B, F) as square images with so many channels, channels last; an image is as it is."""
    if values.ndim != 2:
        return values
    side = round((values.shape[1] / channels) ** 0.5)
    return values.reshape(len(values), side, side, channels)


KINDS: dict[str, Callable[[Layer, Array], Array]] = {
    "conv": _convolution,
    "depthwise_conv": _depthwise,
    "conv_transpose": _transposed,
    "dense": _dense,
    "batch_norm": _batch_norm,
    "layer_norm": _layer_norm,
    "instance_norm": _instance_norm,
    "group_norm": _group_norm,
    "max_pool": _max_pool,
    "average_pool": _average_pool,
    "upsample": _upsample,
    "activation": lambda _, values: values,
    "dropout": lambda _, values: values,
}
