"""The second network in Keras."""

import keras
from keras import layers

from harness.networks.supervised.feed import patches, pattern, target
from harness.ports.protocol import Setup
from harness.toolkits.keras.port import KerasPort

WIDTHS = (8, 16)
BOTTLENECK = 32
EPSILON = 2.0**-16
"""A power of two, as the other constants: Keras takes the numbers of Python through float32 on their way."""


def build(setup: Setup) -> KerasPort:
    """The port; `setup.options`: `normalised` for the variant with normalisation layers."""
    size, channels = setup.scenario.dataset.N, setup.scenario.grouping.gridsize**2
    return KerasPort(
        network(size, channels, bool(setup.options.get("normalised"))),
        loss={"mse": keras.losses.MeanSquaredError(), "mae": (keras.losses.MeanAbsoluteError(), 0.1)},
        optimiser=keras.optimizers.SGD(0.0625, momentum=0.875),
        inputs=pattern,
        targets=target,
        patches=patches,
    )


def network(size: int, channels: int, normalised: bool) -> keras.Model:
    """(size, size, channels) to (size, size, 2 channels): a narrow waist of numbers, and a way back up."""
    image = keras.Input((size, size, channels))
    x = image
    for number, width in enumerate(WIDTHS):
        x = _down(x, width, f"down{number + 1}", normalised)
    small = size // 2 ** len(WIDTHS)
    x = layers.Flatten(name="flatten")(x)
    x = layers.Dense(BOTTLENECK, activation="tanh", name="waist")(x)
    x = layers.LayerNormalization(epsilon=EPSILON, name="waist_norm")(x) if normalised else x
    x = layers.Dropout(0.1, name="dropout")(x) if normalised else x
    x = layers.Dense(small * small * 8, activation="relu", name="widen")(x)
    x = layers.Reshape((small, small, 8), name="unflatten")(x)
    x = layers.UpSampling2D(2, interpolation="nearest", name="up1")(x)
    x = layers.Conv2D(16, 3, padding="same", activation="relu", name="refine")(x)
    x = layers.GroupNormalization(groups=4, epsilon=EPSILON, name="refine_norm")(x) if normalised else x
    x = layers.LeakyReLU(0.25)(layers.Conv2DTranspose(8, 3, strides=2, padding="same", name="up2")(x))
    return keras.Model(image, layers.Conv2D(2 * channels, 1, name="head")(x))


def _down(x: keras.KerasTensor, width: int, name: str, normalised: bool) -> keras.KerasTensor:
    """Halve an image: a pixel is padded behind it, as `same` does with an even size and a stride of two."""
    x = layers.Conv2D(width, 3, strides=2, padding="same", name=name)(x)
    if normalised:
        x = layers.BatchNormalization(momentum=0.875, epsilon=EPSILON, name=f"{name}_norm")(x)
    return layers.ReLU(name=f"{name}_relu")(x)
