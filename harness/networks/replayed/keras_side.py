"""The small pair in Keras."""

from typing import Any

import keras
import numpy as np
from keras import layers, ops

from harness.arrays import Array
from harness.networks.replayed import feed
from harness.ports.protocol import Setup
from harness.ports.seen import Seen
from harness.toolkits.keras.port import KerasPort

LAYOUT = "channels_last"


def build(setup: Setup) -> KerasPort:
    """The port; `setup.options` make it one with a bug: see `harness/faults/groups/real_pair.py`."""
    options = setup.options
    size = setup.scenario.dataset.N
    return KerasPort(
        network(size, feed.modes(setup.probe, options.get("modes")), options),
        loss=keras.losses.MeanSquaredError(),
        optimiser=keras.optimizers.SGD(_schedule(setup), momentum=feed.MOMENTUM, weight_decay=feed.DECAY),
        inputs=feed.pattern,
        targets=feed.target,
        ignored=[str(options["unmatched"])] if "unmatched" in options else [],
        seen=_seen(setup),
    )


def _schedule(setup: Setup) -> Any:
    """The rate falls in the middle of the training where the option's value is known, and is constant otherwise."""
    if setup.options["schedule"] != setup.options.get("schedule_known_as", "staircase"):
        return feed.RATE
    falls = feed.steps_to_fall(setup)
    return keras.optimizers.schedules.ExponentialDecay(feed.RATE, falls, feed.FALL, staircase=True)


def _seen(setup: Setup) -> Seen:
    """What the workflow had, with the framework that Keras runs on and the layout that keras.json asks for."""
    found = feed.seen(setup)
    runs_on = setup.options.get("runs_on", keras.config.backend())
    layout = setup.options.get("data_format", LAYOUT)
    return Seen({**found.settings, "keras_backend": runs_on, "data_format": layout}, found.arrays)


def network(size: int, modes: Array, options: Any) -> keras.Model:
    """(size, size, 1) to (size, size, 3): amplitude and phase of the object, and the amplitude of its pattern."""
    image = keras.Input((size, size, 1))
    x = layers.Conv2D(8, 2, activation="relu", name="odd")(image)
    x = layers.MaxPooling2D(3, strides=2, padding=options.get("pooling", "valid"), name="pool")(x)
    if options.get("mix", True):
        kind = Averaging if options.get("mix_averages") else layers.Conv2D
        x = kind(8, 1, activation="relu", name="mix")(x)
    x = Doubled(size - 2, options.get("centres", "half"), name="up")(x)
    x = layers.ZeroPadding2D(2, name="border")(x)
    x = layers.Conv2D(2, 3, name="head")(x)
    x = Masked(feed.support(size), name="support")(x) if options.get("support", True) else x
    return keras.Model(image, Diffraction(modes, name="diffraction")(x))


class Averaging(layers.Conv2D):  # type: ignore[misc]
    """A convolution that averages over its channels where it should sum."""

    def call(self, inputs: Any) -> Any:
        """(B, n, n, in) to (B, n, n, out)."""
        return super().call(inputs / inputs.shape[-1])


class Doubled(layers.UpSampling2D):  # type: ignore[misc]
    """Bilinear upsampling to twice the pixels, of which the first `size` are kept; Keras' own computes in float32.

    `centres`: `half`, where the centre of a pixel is half a pixel from its edge; `whole`, where samples are taken at
    the indices of the pixels; `corners`, where the outermost pixels of both images coincide.
    """

    def __init__(self, size: int, centres: str, **more: Any) -> None:
        super().__init__(2, interpolation="bilinear", **more)
        self.kept, self.centres = size, centres

    def call(self, inputs: Any) -> Any:
        """(B, n, n, C) to (B, size, size, C)."""
        pixels = inputs.shape[1]
        taken = np.arange(2 * pixels)
        at = {
            "half": (taken + 0.5) / 2 - 0.5,
            "whole": taken / 2,
            "corners": np.linspace(0, pixels - 1, 2 * pixels),
        }[self.centres]
        columns = [np.interp(at, np.arange(pixels), unit) for unit in np.eye(pixels)]
        along = ops.convert_to_tensor(np.stack(columns, axis=1)[: self.kept], inputs.dtype)
        return ops.einsum("yi,bijc,xj->byxc", along, inputs, along)

    def compute_output_shape(self, input_shape: Any) -> Any:
        """(B, size, size, C)."""
        return (input_shape[0], self.kept, self.kept, input_shape[-1])


class Masked(layers.Layer):  # type: ignore[misc]
    """The object within its support."""

    def __init__(self, mask: Array, **more: Any) -> None:
        super().__init__(**more)
        self.mask = mask

    def call(self, inputs: Any) -> Any:
        """(B, N, N, 2) times (N, N, 1)."""
        return inputs * ops.convert_to_tensor(self.mask, inputs.dtype)


class Diffraction(layers.Layer):  # type: ignore[misc]
    """Amplitude and phase, and beside them the amplitude of the pattern, summed over incoherent modes."""

    def __init__(self, modes: Array, **more: Any) -> None:
        super().__init__(**more)
        self.modes = modes

    def call(self, inputs: Any) -> Any:
        """(B, N, N, 2) to (B, N, N, 3)."""
        amplitude, phase = inputs[..., 0], inputs[..., 1]
        real, imaginary = amplitude * ops.cos(phase), amplitude * ops.sin(phase)
        intensity = sum(self._intensity(mode, real, imaginary) for mode in self.modes)
        return ops.concatenate([inputs, ops.sqrt(intensity + feed.LEAST)[..., None]], axis=-1)

    @staticmethod
    def _intensity(mode: Array, real: Any, imaginary: Any) -> Any:
        along, across = (ops.convert_to_tensor(part, real.dtype) for part in (mode.real.copy(), mode.imag.copy()))
        wave = ops.fft2((real * along - imaginary * across, real * across + imaginary * along))
        return (ops.square(wave[0]) + ops.square(wave[1])) / mode.size
