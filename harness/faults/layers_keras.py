"""Faults in the layers of a Keras model, each in the first layer of its kind; `layers_torch` has the same functions.

Every function takes the model, and the size of the fault where it has one, and changes the model in place. Real bugs
are most often in all layers of a kind: the functions of those stand last.
"""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from harness.errors import HarnessError
from harness.toolkits.keras.hooks import leaves


def first(model: keras.Model, kind: type[Any], **settings: Any) -> Any:
    """The first layer of a class that has these settings; HarnessError where the model has none."""
    for layer in leaves(model).values():
        if isinstance(layer, kind) and all(getattr(layer, name) == value for name, value in settings.items()):
            return layer
    raise HarnessError(f"--parity-fault: the model {model.name} has no {kind.__name__} to break; choose another fault.")


def epsilon(model: keras.Model, size: float) -> None:
    """Add to the epsilon of a batch normalisation."""
    first(model, layers.BatchNormalization).epsilon += size


def momentum(model: keras.Model, size: float) -> None:
    """Make a batch normalisation keep a larger share of its running statistics."""
    first(model, layers.BatchNormalization).momentum += size


class _Unbiased(layers.BatchNormalization):  # type: ignore[misc]
    def call(self, inputs: Any, training: Any = None, mask: Any = None) -> Any:
        kept = ops.convert_to_tensor(self.moving_variance) * self.momentum
        outputs = super().call(inputs, training=training, mask=mask)
        if training:
            values = ops.cast(ops.size(inputs) / inputs.shape[-1], inputs.dtype)
            self.moving_variance.assign(kept + (self.moving_variance - kept) * values / (values - 1))
        return outputs


def variance(model: keras.Model) -> None:
    """Keep the unbiased running variance, as PyTorch does."""
    first(model, layers.BatchNormalization).__class__ = _Unbiased


class _PaddedBefore(layers.Conv2D):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return super().call(ops.pad(inputs, [[0, 0], [1, 0], [1, 0], [0, 0]]))


def padding_side(model: keras.Model) -> None:
    """Pad before the image what `same` pads behind it."""
    layer = first(model, layers.Conv2D, strides=(2, 2), kernel_size=(3, 3), padding="same")
    layer.__class__, layer.padding = _PaddedBefore, "valid"


class _ChannelsFirst(layers.Flatten):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return super().call(ops.moveaxis(inputs, -1, 1))


def flatten_order(model: keras.Model) -> None:
    """Flatten channels, rows, columns where the framework's own order is meant."""
    first(model, layers.Flatten).__class__ = _ChannelsFirst


def bilinear(model: keras.Model) -> None:
    """Interpolate where the nearest pixel is meant."""
    first(model, layers.UpSampling2D, interpolation="nearest").interpolation = "bilinear"


class _AlignedCorners(layers.UpSampling2D):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        size = inputs.shape[1]
        columns = [np.interp(np.linspace(0, size - 1, 2 * size), np.arange(size), unit) for unit in np.eye(size)]
        along = ops.convert_to_tensor(np.stack(columns, axis=1), inputs.dtype)
        return ops.einsum("yi,bijc,xj->byxc", along, inputs, along)


def align_corners(model: keras.Model) -> None:
    """Interpolate between aligned corners where the nearest pixel is meant."""
    first(model, layers.UpSampling2D, interpolation="nearest", size=(2, 2)).__class__ = _AlignedCorners


class _CutBefore(layers.Conv2DTranspose):  # type: ignore[misc]
    def call(self, inputs: Any) -> Any:
        return super().call(inputs)[:, 1:, 1:]


def output_padding(model: keras.Model) -> None:
    """Cut the pixel too many off before the image, as PyTorch's `output_padding` does, and not behind it."""
    layer = first(model, layers.Conv2DTranspose, kernel_size=(3, 3), padding="same")
    layer.__class__, layer.padding = _CutBefore, "valid"


class _AlwaysDropout(layers.Dropout):  # type: ignore[misc]
    def call(self, inputs: Any, training: Any = None) -> Any:  # noqa: ARG002
        return super().call(inputs, training=True)


def dropout(model: keras.Model) -> None:
    """Leave dropout on where the model predicts."""
    first(model, layers.Dropout).__class__ = _AlwaysDropout


NORMS = {
    "batch": layers.BatchNormalization,
    "layer": layers.LayerNormalization,
    "group": layers.GroupNormalization,
}
"""The classes of the normalisations."""


def every(model: keras.Model, kind: type[Any]) -> list[Any]:
    """All layers of a class; HarnessError where the model has none."""
    first(model, kind)
    return [layer for layer in leaves(model).values() if isinstance(layer, kind)]


def momentum_of(model: keras.Model, number: float) -> None:
    """Give the batch normalisations a number as their momentum, whatever it means."""
    for layer in every(model, layers.BatchNormalization):
        layer.momentum = number


def momentum_kept(model: keras.Model, share: float) -> None:
    """Make the batch normalisations keep this share of their running statistics."""
    momentum_of(model, share)


def momentum_complement(model: keras.Model) -> None:
    """Take the momentum m of the batch normalisations for 1 - m."""
    for layer in every(model, layers.BatchNormalization):
        layer.momentum = 1 - layer.momentum


def epsilon_of(model: keras.Model, norm: str, number: float) -> None:
    """Give the normalisations of a kind this epsilon."""
    for layer in every(model, NORMS[norm]):
        layer.epsilon = number


def extra_relu(model: keras.Model) -> None:
    """Put a ReLU behind the last convolution."""
    every(model, layers.Conv2D)[-1].activation = keras.activations.relu


def one_initialiser(model: keras.Model) -> None:
    """Draw all kernels by one initialiser, which gives the same numbers each time."""
    shared = keras.initializers.GlorotUniform(seed=1)
    for layer in every(model, layers.Conv2D):
        layer.kernel.assign(shared(layer.kernel.shape))
