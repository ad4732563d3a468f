"""Gradients: the slope of the loss, for every trainable weight and no other."""

import numpy as np
import pytest

from harness.networks.pinn.contract import loss_terms as weights_of_terms
from harness.networks.pinn.contract import weight_shapes
from harness.physics.likelihood import loss_terms

STEP = 1e-6
CASES = {
    "gridsize 1": {"gridsize": 1},
    "gridsize 2": {"gridsize": 2, "loss": {"poisson": 1.0, "amplitude_mae": 0.5, "total_variation": 0.1}},
    "gridsize 2, channels, mae": {
        "gridsize": 2,
        "model": {"encoder_input": "channels"},
        "loss": {"poisson": 0.0, "amplitude_mae": 1.0},
    },
}


@pytest.fixture
def lively(shared, samples):
    def make(**sections):
        scenario = samples.scenario(**sections)
        return shared(samples.setup(scenario)), samples.batch(scenario)

    return make


@pytest.mark.parametrize("case", CASES)
def test_gradient_is_the_slope_of_the_loss(lively, case):
    backend, batch = lively(**CASES[case])
    weights, gradients = backend.weights(), backend.gradients(batch)
    for name in weights:
        direction = np.random.default_rng(1).normal(size=weights[name].shape)
        losses = []
        for sign in (1, -1):
            backend.set_weights(weights | {name: weights[name] + sign * STEP * direction})
            losses.append(backend.losses(batch)["loss"])
        slope = (losses[0] - losses[1]) / (2 * STEP)
        scale = np.linalg.norm(gradients[name]) * np.linalg.norm(direction)
        assert np.sum(gradients[name] * direction) == pytest.approx(slope, abs=2e-4 * scale), name


@pytest.mark.parametrize("trainable", [True, False])
def test_every_trainable_weight_has_one_in_canonical_layout(lively, samples, trainable):
    backend, batch = lively(model={"scale_trainable": trainable})
    shapes = weight_shapes(samples.scenario(model={"scale_trainable": trainable}))
    gradients = backend.gradients(batch)
    assert set(gradients) == set(shapes) - (set() if trainable else {"log_scale"})
    for name, gradient in gradients.items():
        assert gradient.shape == shapes[name]
        assert gradient.dtype == np.float64
        assert np.any(gradient), name


def test_asking_changes_nothing(lively):
    backend, batch = lively()
    before, first = backend.weights(), backend.gradients(batch)
    second, after = backend.gradients(batch), backend.weights()
    for name, gradient in first.items():
        np.testing.assert_array_equal(gradient, second[name])
        np.testing.assert_array_equal(before[name], after[name])


@pytest.mark.parametrize("case", CASES)
def test_slope_of_the_loss_at_stages_that_are_given(lively, samples, case):
    """By differences, of a loss that is computed here: the network has no part in it."""
    backend, batch = lively(**CASES[case])
    scenario = samples.scenario(**CASES[case])
    weights, nphotons = weights_of_terms(scenario.loss), scenario.dataset.nphotons
    known = {name: 1.5 * stage for name, stage in backend.stages(batch).items()}
    slope = backend.slope(known, batch)
    assert set(slope) == {"intensity"} | ({"object_patches"} if "total_variation" in weights else set())
    for name, found in slope.items():
        assert found.shape == known[name].shape
        direction = np.random.default_rng(2).normal(size=found.shape) * np.abs(known[name])
        losses = []
        for sign in (1, -1):
            moved = known | {name: known[name] + sign * STEP * direction}
            losses.append(loss_terms(moved, batch.amplitude, nphotons, weights)["loss"])
        expected = (losses[0] - losses[1]) / (2 * STEP)
        scale = np.linalg.norm(found) * np.linalg.norm(direction)
        assert np.sum(found.real * direction) == pytest.approx(expected, abs=2e-4 * scale), name
