"""Detector pixels that do not count: whatever stands in them changes nothing, and the loss is that of the others."""

from dataclasses import replace

import numpy as np
import pytest

from harness.physics.likelihood import loss_terms

LOSS = {"poisson": 1.0, "amplitude_mae": 0.5, "total_variation": 0.1}
HUGE = 1e30


@pytest.fixture
def mask() -> np.ndarray:
    """A beamstop beside the middle, and a gap: neither is the same turned or transposed."""
    mask = np.ones((64, 64), bool)
    mask[28:34, 30:35] = False
    mask[:, 40:44] = False
    return mask


@pytest.fixture(params=[1, 2])
def masked(request, shared, samples, mask):
    """A port of a masked case, its batch, and the same batch with huge values where a pixel does not count."""
    scenario = samples.scenario(request.param, loss=LOSS)
    batch = samples.batch(scenario)
    spoilt = np.where(mask[:, :, None], batch.amplitude, HUGE)
    return shared(replace(samples.setup(scenario), mask=mask)), batch, replace(batch, amplitude=spoilt)


def test_what_stands_in_a_bad_pixel_changes_nothing(masked):
    port, batch, spoilt = masked
    assert port.losses(batch) == port.losses(spoilt)
    stages, gradients = port.stages(batch), port.gradients(batch)
    for name, stage in port.stages(spoilt).items():
        np.testing.assert_array_equal(stage, stages[name], err_msg=name)
    for name, gradient in port.gradients(spoilt).items():
        assert np.isfinite(gradient).all()
        np.testing.assert_array_equal(gradient, gradients[name], err_msg=name)


def test_the_network_sees_nothing_there(masked, mask):
    port, batch, _ = masked
    seen = port.stages(batch)["input"]
    assert not seen[:, ~mask].any()
    np.testing.assert_allclose(
        seen[:, mask], batch.amplitude[:, mask] / np.exp(port.weights()["log_scale"]), rtol=1e-12
    )


def test_the_loss_is_that_of_the_pixels_that_count(masked, mask):
    port, batch, _ = masked
    expected = loss_terms(port.stages(batch), batch.amplitude, 1e6, LOSS, mask)
    assert port.losses(batch) == pytest.approx(expected, rel=1e-12)
    assert port.losses(batch) != pytest.approx(loss_terms(port.stages(batch), batch.amplitude, 1e6, LOSS), rel=1e-6)


def test_no_slope_at_a_bad_pixel(masked, mask):
    port, batch, spoilt = masked
    slope = port.slope(port.stages(batch), spoilt)["intensity"]
    assert not slope[:, ~mask].any()
    assert np.count_nonzero(slope[:, mask]) > 0.9 * slope[:, mask].size


def test_a_mask_of_good_pixels_alone_is_no_mask(shared, samples):
    scenario = samples.scenario(loss=LOSS)
    batch = samples.batch(scenario)
    plain = shared(samples.setup(scenario)).losses(batch)
    everything = shared(replace(samples.setup(scenario), mask=np.ones((64, 64), bool))).losses(batch)
    assert everything == pytest.approx(plain, rel=1e-12)
