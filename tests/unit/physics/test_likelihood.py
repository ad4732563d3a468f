"""Terms of the loss against values worked out by hand, and the gradient against finite differences."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.physics import likelihood
from harness.physics.forward import forward_stages
from harness.physics.merge import Merging, merging

N = 8
NPHOTONS = 1e4
LOG_SCALE = 1.2


def case(seed: int, C: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Patches, offsets, probe and observed counts of two random groups."""
    rng = np.random.default_rng(seed)
    patches = rng.normal(size=(2, N, N, C)) + 1j * rng.normal(size=(2, N, N, C))
    relative = rng.uniform(-2, 2, (2, 1, 2, C))
    probe = rng.normal(size=(N, N)) + 1j * rng.normal(size=(N, N))
    return patches, relative, probe, rng.poisson(5.0, (2, N, N, C)).astype(float)


def test_poisson_by_hand():
    intensity = np.array([2.0, 3.0]).reshape(2, 1, 1, 1)
    observed = np.array([1.0, 4.0]).reshape(2, 1, 1, 1)
    expected = (2 - np.log(2) + 3 - 4 * np.log(3)) / 2 / 10
    assert likelihood.poisson(intensity, observed, 10.0) == pytest.approx(expected, rel=1e-14)


def test_poisson_is_least_where_prediction_and_counts_agree():
    observed = np.random.default_rng(0).uniform(1, 9, (2, N, N, 4))
    best = likelihood.poisson(observed, observed, 1.0)
    assert all(likelihood.poisson(factor * observed, observed, 1.0) > best for factor in (0.99, 1.01))


def test_poisson_is_finite_where_nothing_is_predicted():
    observed = np.ones((1, N, N, 1))
    assert likelihood.poisson(np.zeros_like(observed), observed, 1.0) == pytest.approx(N * N * -np.log(1e-12))


def test_amplitude_mae_is_in_the_units_of_the_closed_form():
    amplitude = np.full((1, N, N, 1), 10.0)
    intensity = np.full((1, N, N, 1), 4.0**2)
    nphotons = (2.0 * N / 2) ** 2  # a closed form of 2
    assert likelihood.amplitude_mae(intensity, amplitude, nphotons) == pytest.approx(5.0 - 2.0)


@pytest.mark.parametrize("term", ["poisson", "amplitude_mae"])
def test_what_compares_with_the_data_lets_object_and_scale_trade_a_factor(term):
    """A loss that fell along this gauge would let a trainable scale grow without end."""
    patches, relative, probe, observed = case(0, 1)
    values = []
    for factor in (1.0, 3.0):
        stages = forward_stages(patches / factor, relative, probe, LOG_SCALE + np.log(factor), None)
        values.append(likelihood.loss_terms(stages, np.sqrt(observed), NPHOTONS, {term: 1.0})["loss"])
    assert values[1] == pytest.approx(values[0], rel=1e-12)


def masked(seed: int) -> np.ndarray:
    return np.random.default_rng(seed).random((N, N)) > 0.3


@pytest.mark.parametrize("term", ["poisson", "amplitude_mae"])
def test_pixels_that_do_not_count_are_left_out_of_sum_and_number(term):
    intensity, amplitude = np.random.default_rng(1).uniform(1, 9, (2, 2, N, N, 4))
    mask = masked(2)
    found = likelihood.loss_terms({"intensity": intensity}, amplitude, NPHOTONS, {term: 1.0}, mask)[term]
    pixels = {
        "poisson": (intensity - amplitude**2 * np.log(intensity)) * mask.sum(),
        "amplitude_mae": np.abs(np.sqrt(intensity) - amplitude) * NPHOTONS**0.5 * N / 2,
    }[term]
    assert found == pytest.approx(pixels[:, mask].mean() / NPHOTONS, rel=1e-12)
    spoilt = np.where(mask[:, :, None], amplitude, 1e30)
    assert likelihood.loss_terms({"intensity": intensity}, spoilt, NPHOTONS, {term: 1.0}, mask)[term] == found


def test_the_gradient_with_a_mask_is_that_of_the_pixels_that_count():
    patches, relative, probe, observed = case(3, 4)
    mask, merger = masked(4), merging(N, 12, 2, True, False)

    def value(step: np.ndarray) -> float:
        stages = forward_stages(patches + step, relative, probe, LOG_SCALE, merger)
        return likelihood.poisson(stages["intensity"], observed, NPHOTONS, mask)

    gradient = likelihood.poisson_gradient(patches, relative, probe, LOG_SCALE, merger, observed, NPHOTONS, mask)
    direction = np.random.default_rng(5).normal(size=patches.shape)
    slope = (value(1e-5 * direction) - value(-1e-5 * direction)) / 2e-5
    assert slope == pytest.approx(np.vdot(gradient, direction).real, rel=1e-6)
    spoilt = np.where(mask[:, :, None], observed, 1e30)
    again = likelihood.poisson_gradient(patches, relative, probe, LOG_SCALE, merger, spoilt, NPHOTONS, mask)
    np.testing.assert_array_equal(again, gradient)


def test_total_variation_of_a_step():
    patches = np.zeros((1, 4, 4, 1), dtype=complex)
    patches[:, 2:] = 3 + 4j
    flat = 1e-6
    assert likelihood.total_variation(patches) == pytest.approx(5.0 / 3 + flat * 2 / 3 + flat, rel=1e-9)
    assert likelihood.total_variation(patches.transpose(0, 2, 1, 3)) == pytest.approx(5.0 / 3, rel=1e-5)


def test_terms_of_weight_zero_are_not_computed():
    patches, relative, probe, observed = case(0, 1)
    stages = forward_stages(patches, relative, probe, LOG_SCALE, None)
    weights = {"poisson": 2.0, "amplitude_mae": 0.0, "total_variation": 0.5}
    terms = likelihood.loss_terms(stages, np.sqrt(observed), NPHOTONS, weights)
    assert set(terms) == {"loss", "poisson", "total_variation"}
    expected = likelihood.poisson(stages["intensity"], observed, NPHOTONS)
    assert terms["poisson"] == pytest.approx(expected, rel=1e-12)
    assert terms["loss"] == pytest.approx(2 * terms["poisson"] + 0.5 * terms["total_variation"], rel=1e-14)


@settings(max_examples=15, deadline=None)
@given(
    st.integers(0, 2**32 - 1),
    st.sampled_from([(1, None), (4, None), (4, merging(N, 12, 2, True, False)), (4, merging(N, 12, 2, True, True))]),
)
def test_gradient_agrees_with_finite_differences(seed, how: tuple[int, Merging | None]):
    C, merger = how
    patches, relative, probe, observed = case(seed, C)

    def value(step: np.ndarray) -> float:
        stages = forward_stages(patches + step, relative, probe, LOG_SCALE, merger)
        return likelihood.poisson(stages["intensity"], observed, NPHOTONS)

    gradient = likelihood.poisson_gradient(patches, relative, probe, LOG_SCALE, merger, observed, NPHOTONS)
    rng = np.random.default_rng(seed)
    direction = rng.normal(size=patches.shape) + 1j * rng.normal(size=patches.shape)
    slopes = [(value(h * direction) - value(-h * direction)) / (2 * h) for h in (2e-5, 1e-5)]
    extrapolated = (4 * slopes[1] - slopes[0]) / 3
    expected = np.vdot(gradient, direction).real
    scale = np.linalg.norm(gradient) * np.linalg.norm(direction)
    assert abs(extrapolated - expected) < 1e-6 * scale


def test_gradient_is_finite_where_nothing_is_predicted():
    patches, relative, probe, observed = case(0, 1)
    gradient = likelihood.poisson_gradient(0 * patches, relative, probe, 0.0, None, observed, NPHOTONS)
    np.testing.assert_array_equal(gradient, 0)
