"""The terms of the loss. Pixels are computed in the working precision, sums and means in float64."""

from collections.abc import Callable

import tensorflow as tf

from harness.backends.forward import Stages
from harness.backends.network import INTENSITY_FLOOR, VARIATION_SMOOTHING, loss_terms
from harness.backends.protocol import Setup
from harness.backends.tensorflow.physics import squared_modulus


class Loss:
    """Weighted sum of the terms that the scenario asks for."""

    def __init__(self, setup: Setup) -> None:
        self.weights = loss_terms(setup.scenario.loss)
        self.nphotons = setup.nphotons

    def __call__(self, stages: Stages) -> dict[str, tf.Tensor]:
        """Return `loss` and each of its terms, float64 scalars, from the stages of a forward pass."""
        known: dict[str, Callable[[], tf.Tensor]] = {
            "poisson": lambda: poisson(stages["intensity"], tf.square(stages["measured"]), self.nphotons),
            "amplitude_mae": lambda: amplitude_mae(stages["intensity"], stages["measured"], self.nphotons),
            "total_variation": lambda: total_variation(stages["object_patches"]),
        }
        terms = {name: known[name]() for name in self.weights}
        return {"loss": tf.add_n([weight * terms[name] for name, weight in self.weights.items()]), **terms}


def poisson(intensity: tf.Tensor, counts: tf.Tensor, nphotons: float) -> tf.Tensor:
    """Poisson negative log-likelihood of counts (B, C, N, N): mean over the patterns, divided by nphotons."""
    pixels = intensity - counts * tf.math.log(tf.maximum(intensity, INTENSITY_FLOOR))
    return tf.reduce_mean(tf.reduce_sum(tf.cast(pixels, tf.float64), axis=(2, 3))) / nphotons


def amplitude_mae(intensity: tf.Tensor, measured: tf.Tensor, nphotons: float) -> tf.Tensor:
    """Mean difference of predicted and measured amplitudes (B, C, N, N), over sqrt(nphotons) / (N/2).

    From counts and roots of counts; the root is never differentiated at zero.
    """
    unit = 2 * nphotons**0.5 / measured.shape[-1]
    return _mean(tf.abs(tf.sqrt(tf.maximum(intensity, INTENSITY_FLOOR)) - measured)) / unit


def total_variation(patches: tf.Tensor) -> tf.Tensor:
    """Mean modulus of the differences of neighbours of (B, C, N, N) complex patches, along y plus along x."""
    return _mean_modulus(patches[..., 1:, :] - patches[..., :-1, :]) + _mean_modulus(
        patches[..., 1:] - patches[..., :-1]
    )


def _mean_modulus(steps: tf.Tensor) -> tf.Tensor:
    return _mean(tf.sqrt(squared_modulus(steps) + VARIATION_SMOOTHING))


def _mean(pixels: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.cast(pixels, tf.float64))
