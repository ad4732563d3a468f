"""The terms of the loss. Pixels are computed in the working precision, sums and means in float64."""

from collections.abc import Callable

import tensorflow as tf

from harness.networks.pinn.contract import loss_terms
from harness.networks.pinn.forward import Stages
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import of
from harness.networks.pinn.tensorflow.physics import squared_modulus
from harness.ports.protocol import Setup

LossTerms = dict[str, Callable[[Stages, float, Rules], tf.Tensor]]
"""The function of each term; its arguments are the stages, the mean photons in a pattern, and the rules.

Where some pixels of the detector do not count, the stages hold `mask` (N, N) bool, too."""


class Loss:
    """The loss: weighted sum of the terms whose weight in the scenario is not 0."""

    def __init__(self, setup: Setup, rules: Rules) -> None:
        self.weights = loss_terms(of(setup.scenario).loss)
        self.nphotons, self.rules = setup.nphotons, rules
        self.counting = {} if setup.mask is None else {"mask": tf.constant(setup.mask)}
        self.terms: LossTerms = {
            "poisson": poisson,
            "amplitude_mae": amplitude_mae,
            "total_variation": total_variation,
        }

    def __call__(self, stages: Stages) -> dict[str, tf.Tensor]:
        """Return `loss` and each of its terms, float64 scalars, from the stages of a forward pass."""
        given = {**stages, **self.counting}
        terms = {name: self.terms[name](given, self.nphotons, self.rules) for name in self.weights}
        return {"loss": tf.add_n([weight * terms[name] for name, weight in self.weights.items()]), **terms}


def poisson(stages: Stages, nphotons: float, rules: Rules) -> tf.Tensor:
    """Poisson negative log-likelihood of counts (B, C, N, N): mean over the patterns, divided by nphotons."""
    intensity, counts = stages["intensity"], tf.square(stages["measured"])
    pixels = intensity - counts * tf.math.log(tf.maximum(intensity, rules.intensity_floor))
    return tf.reduce_mean(_sum(pixels, stages.get("mask"))) / nphotons


def amplitude_mae(stages: Stages, nphotons: float, rules: Rules) -> tf.Tensor:
    """Mean difference of predicted and measured amplitudes (B, C, N, N), over sqrt(nphotons) / (N/2).

    `intensity` holds counts, `measured` roots of counts; the root is never differentiated at zero.
    """
    measured = stages["measured"]
    unit = 2 * nphotons**0.5 / measured.shape[-1]
    pixels = tf.abs(tf.sqrt(tf.maximum(stages["intensity"], rules.intensity_floor)) - measured)
    if (mask := stages.get("mask")) is None:
        return _mean(pixels) / unit
    return tf.reduce_mean(_sum(pixels, mask) / tf.reduce_sum(tf.cast(mask, tf.float64))) / unit


def total_variation(stages: Stages, _: float, rules: Rules) -> tf.Tensor:
    """Mean modulus of the differences of neighbours of (B, C, N, N) complex patches, along y plus along x."""
    patches = stages["object_patches"]
    along_y, along_x = patches[..., 1:, :] - patches[..., :-1, :], patches[..., 1:] - patches[..., :-1]
    return _mean_modulus(along_y, rules) + _mean_modulus(along_x, rules)


def _mean_modulus(steps: tf.Tensor, rules: Rules) -> tf.Tensor:
    return _mean(tf.sqrt(squared_modulus(steps) + rules.variation_smoothing))


def _sum(pixels: tf.Tensor, mask: tf.Tensor | None) -> tf.Tensor:
    """Sums (B, C) over the pixels that count of (B, C, N, N)."""
    counting = pixels if mask is None else tf.where(mask, pixels, 0)
    return tf.reduce_sum(tf.cast(counting, tf.float64), axis=(2, 3))


def _mean(pixels: tf.Tensor) -> tf.Tensor:
    return tf.reduce_mean(tf.cast(pixels, tf.float64))
