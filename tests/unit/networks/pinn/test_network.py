import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.arrays import nudged
from harness.networks.pinn.contract import contract_of, loss_terms, stage_names, weight_shapes
from harness.networks.pinn.rules import ADAM_BETAS, ADAM_EPSILON, Rules, learning_rate
from harness.networks.pinn.sections import LossSpec, OptimiserSpec, PinnScenario
from harness.networks.pinn.start import initial_weights
from harness.physics import likelihood, merge


def scenario(gridsize=1, **model):
    return PinnScenario.model_validate({"grouping": {"gridsize": gridsize}, "model": model})


def test_names_and_shapes_of_the_default_network():
    shapes = weight_shapes(scenario())
    assert shapes["encoder.0.conv1.kernel"] == (3, 3, 2, 8)
    assert shapes["encoder.2.conv2.kernel"] == (3, 3, 64, 64)
    assert shapes["amplitude.0.conv1.kernel"] == (3, 3, 64, 32)
    assert shapes["phase.1.conv2.bias"] == (16,)
    assert shapes["phase.head.kernel"] == (3, 3, 16, 1)
    assert shapes["log_scale"] == ()
    assert len(shapes) == 4 * (3 + 2 * 2) + 2 * 2 + 1


@pytest.mark.parametrize(
    ("model", "entering", "leaving"),
    [
        ({"features": "plain"}, 1, 1),
        ({"encoder_input": "channels"}, 8, 4),
        ({"encoder_input": "channels", "features": "plain"}, 4, 4),
        ({"encoder_input": "shared"}, 2, 1),
    ],
)
def test_channels_in_and_out(model, entering, leaving):
    shapes = weight_shapes(scenario(2, **model))
    assert shapes["encoder.0.conv1.kernel"][2] == entering
    assert shapes["amplitude.head.bias"] == shapes["phase.head.bias"] == (leaving,)


def test_probe_big_has_one_more_decoder_level():
    shapes = weight_shapes(scenario(probe_big=True, decoder_filters=(32, 16, 8)))
    assert shapes["amplitude.2.conv1.kernel"] == (3, 3, 16, 8)
    assert shapes["amplitude.head.kernel"] == (3, 3, 8, 1)


def test_initial_weights_are_the_seeds_and_fit_float32():
    first, again = (initial_weights(scenario(), 123.4) for _ in range(2))
    other = initial_weights(PinnScenario.model_validate({"training": {"seed": 43}}), 123.4)
    assert {name: value.shape for name, value in first.items()} == weight_shapes(scenario())
    for name, value in first.items():
        np.testing.assert_array_equal(value, again[name])
        np.testing.assert_array_equal(value, value.astype(np.float32))
        assert not name.endswith("kernel") or np.any(value != other[name])
    contract_of(scenario()).check(first)
    assert first["log_scale"] == pytest.approx(math.log(123.4), rel=1e-7)


def test_a_nudge_moves_every_weight_by_one_unit_in_the_last_place_and_leaves_zeros():
    plain = initial_weights(scenario(), 123.4)
    first, second = (
        initial_weights(PinnScenario.model_validate({"training": {"nudge": draw}}), 123.4) for draw in (1, 2)
    )
    for name, value in plain.items():
        single = value.astype(np.float32)
        for moved in (first[name], second[name]):
            units = np.abs(moved.astype(np.float32) - single) / np.spacing(np.abs(single))
            # below a power of two the spacing is half as wide
            assert np.all((units == 1) | (units == 0.5) | (single == 0)), name
            np.testing.assert_array_equal(moved[single == 0], 0)
    kernel = "encoder.0.conv1.kernel"
    assert np.any(first[kernel] != second[kernel])
    assert np.any(first[kernel] > plain[kernel])
    assert np.any(first[kernel] < plain[kernel])


def test_a_nudge_in_float64_moves_by_a_unit_of_float64():
    weights = {"kernel": np.array([1.0, -3.0, 0.0])}
    moved = nudged(weights, 1, "float64")["kernel"]
    np.testing.assert_allclose(np.abs(moved - weights["kernel"]), [2.2e-16, 4.4e-16, 0], rtol=0.6)


def test_spread_of_the_initial_kernels():
    weights = initial_weights(scenario(), 1.0)
    assert weights["encoder.2.conv2.kernel"].std() == pytest.approx(math.sqrt(2 / (9 * 64)), rel=0.02)
    assert weights["amplitude.head.kernel"].std() == pytest.approx(1.0 / math.sqrt(9 * 16), rel=0.2)
    assert weights["phase.head.kernel"].std() == pytest.approx(0.1 / math.sqrt(9 * 16), rel=0.2)


@pytest.mark.parametrize(("limit", "start"), [(1.0, 0.5), (2.0, 1.0), (4.0, 1.0)])
def test_amplitude_starts_at_what_the_data_asks_for(limit, start):
    bias = initial_weights(scenario(amplitude_limit=limit), 1.0)["amplitude.head.bias"]
    np.testing.assert_allclose(limit / (1 + np.exp(-bias)), start, rtol=1e-6)


def test_learning_rate_warms_up_and_decays():
    optimiser = OptimiserSpec(learning_rate=1e-2, warmup_steps=10, final_fraction=0.1)
    rates = [learning_rate(optimiser, step, 100) for step in range(100)]
    assert rates[:10] == pytest.approx([1e-3 * (step + 1) for step in range(10)])
    assert rates[9] == rates[10] == max(rates) == pytest.approx(1e-2)
    assert rates[99] == pytest.approx(1e-3)
    assert np.all(np.diff(rates[10:]) < 0)


@given(step=st.integers(0, 99))
def test_learning_rate_can_be_constant(step):
    optimiser = OptimiserSpec(learning_rate=3e-3, warmup_steps=0, final_fraction=1.0)
    assert learning_rate(optimiser, step, 100) == pytest.approx(3e-3)


@given(steps=st.integers(1, 60), warmup=st.integers(0, 80), final=st.floats(0, 1))
def test_learning_rate_stays_in_its_bounds(steps, warmup, final):
    optimiser = OptimiserSpec(learning_rate=1.0, warmup_steps=warmup, final_fraction=final)
    rates = [learning_rate(optimiser, step, steps) for step in range(steps)]
    lowest = min(final, 1 / warmup if warmup else 1)
    assert all(lowest - 1e-12 <= rate <= 1 + 1e-12 for rate in rates)


@given(step=st.integers(0, 10_000), moment=st.floats(1e-12, 1e3))
def test_epsilon_hat_makes_both_adams_divide_by_the_same(step, moment):
    correction = math.sqrt(1 - ADAM_BETAS[1] ** (step + 1))
    after = math.sqrt(moment) / correction + ADAM_EPSILON
    before = (math.sqrt(moment) + Rules().adam_epsilon_hat(step)) / correction
    assert before == pytest.approx(after, rel=1e-12)


def test_loss_terms_leave_out_what_weighs_nothing():
    assert loss_terms(LossSpec()) == {"poisson": 1.0}
    assert loss_terms(LossSpec(poisson=0, amplitude_mae=2.0, total_variation=0.1)) == {
        "amplitude_mae": 2.0,
        "total_variation": 0.1,
    }


def test_constants_are_those_of_the_oracle():
    assert Rules().intensity_floor == likelihood.INTENSITY_FLOOR
    assert Rules().variation_smoothing == likelihood.SMOOTHING
    assert Rules().merge_epsilon == merge.COVERAGE_FLOOR


def test_stage_names_are_in_order():
    assert stage_names(scenario()) == (
        *("input", "encoder.0", "encoder.1", "encoder.2", "amplitude_head", "phase_head"),
        *("object_patches", "object_merged", "object_extracted", "exit_wave", "diffraction_amplitude", "intensity"),
    )
