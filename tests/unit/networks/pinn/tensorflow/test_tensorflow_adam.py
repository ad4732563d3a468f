"""Adam, PyTorch's formula written out in NumPy: what Keras' optimiser is set to mean."""

import numpy as np
import pytest
import tensorflow as tf

from harness.networks.pinn.rules import ADAM_BETAS, ADAM_EPSILON, Rules, learning_rate
from harness.networks.pinn.sections import OptimiserSpec
from harness.networks.pinn.tensorflow.optimizer import Adam

STEPS = 160
OPTIMISER = OptimiserSpec(warmup_steps=20)


def gradients(step):
    """From far above epsilon to far below it, where its place decides the step."""
    generator = np.random.default_rng(step)
    return generator.normal(size=40) * np.logspace(0, -12, 40)


def by_formula(weights):
    (beta1, beta2), first, second = ADAM_BETAS, np.zeros(40), np.zeros(40)
    for step in range(STEPS):
        gradient = gradients(step)
        first = beta1 * first + (1 - beta1) * gradient
        second = beta2 * second + (1 - beta2) * gradient**2
        mean, square = first / (1 - beta1 ** (step + 1)), second / (1 - beta2 ** (step + 1))
        weights = weights - learning_rate(OPTIMISER, step, STEPS) * mean / (np.sqrt(square) + ADAM_EPSILON)
    return weights


def by_keras(weights, precision):
    variable = tf.Variable(weights, dtype=precision)
    optimizer = Adam(OPTIMISER, STEPS, precision, Rules())
    optimizer.build([variable])
    apply = tf.function(lambda gradient: optimizer.apply([gradient], [variable]), autograph=False)
    for step in range(STEPS):
        apply(tf.constant(gradients(step), precision))
    return variable.numpy()


@pytest.mark.parametrize(("precision", "limit"), [("float64", 1e-14), ("float32", 1e-5)])
def test_adam_is_pytorchs(precision, limit):
    start = np.random.default_rng(0).normal(size=40)
    moved = by_formula(start)
    assert np.abs(moved - start).max() > 0.01
    np.testing.assert_allclose(by_keras(start, precision), moved, rtol=0, atol=limit)
