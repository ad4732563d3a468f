"""Attributes of each layer for the contract, read from the Keras layers that compute."""

from collections.abc import Iterable
from typing import Any

import keras
import numpy as np

from harness.ports.contract import ACTIVATION, Attributes, fold_activations


def layers(steps: Iterable[keras.layers.Layer]) -> dict[str, Attributes]:
    """The attributes of every layer by canonical name, in order."""
    return fold_activations((step.name, attributes(step)) for step in steps)


def attributes(layer: Any) -> Attributes:
    """Attributes of one layer; for a class that is not listed here its name alone.

    Classes are compared by name, because an injected fault may have replaced the class that is imported here.
    """
    kind = type(layer).__name__
    match kind:
        case "Conv2D":
            window = _window(layer, layer.kernel_size, layer.dilation_rate)
            convolution = {"kind": "convolution", **window, "dilation": list(layer.dilation_rate)}
            activation = layer.activation.__name__
            return {**convolution, "groups": layer.groups, "bias": layer.use_bias, ACTIVATION: activation}
        case "MaxPooling2D" | "AveragePooling2D":
            pooling = "max_pooling" if kind == "MaxPooling2D" else "average_pooling"
            return {"kind": pooling, **_window(layer, layer.pool_size, (1, 1))}
        case "UpSampling2D":
            return {"kind": "upsampling", "interpolation": layer.interpolation, "sampled_at": _sample_points(layer)}
        case "Activation":
            return {"kind": ACTIVATION, ACTIVATION: layer.activation.__name__}
    return {"kind": kind}


def _window(layer: Any, kernel: tuple[int, ...], dilation: tuple[int, ...]) -> Attributes:
    """Attributes `kernel` and `stride` (y, x), and `padding` in pixels (top, bottom, left, right).

    Padding 'same' is computed for a side that is a multiple of the stride; an odd pixel is added at the end.
    """
    added = [0, 0]
    if layer.padding == "same":
        reach = [(size - 1) * gap + 1 for size, gap in zip(kernel, dilation, strict=True)]
        added = [max(0, width - step) for width, step in zip(reach, layer.strides, strict=True)]
    padding = [side for pixels in added for side in (pixels // 2, pixels - pixels // 2)]
    return {"kernel": list(kernel), "stride": list(layer.strides), "padding": padding}


def _sample_points(layer: Any) -> list[float]:
    """Positions in a row of two pixels where the upsampled row is sampled (see `docs/adding-a-backend.md`)."""
    row = np.asarray(layer(np.arange(2.0).reshape(1, 1, 2, 1)))[0, 0, :, 0]
    return [round(place, 6) for place in row.tolist()]
