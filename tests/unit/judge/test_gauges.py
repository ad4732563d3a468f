"""A known gauge is put in and must come out, as registration functions are tested in scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from harness.judge import gauges


def smooth(seed, size=96, width=2.0):
    return gaussian_filter(np.random.default_rng(seed).normal(size=(size, size)), width, mode="wrap")


FIELD = np.exp(0.3 * smooth(1) / smooth(1).std()) * np.exp(0.4j * smooth(2) / smooth(2).std())
MASK = np.zeros((96, 96), bool)
MASK[10:80, 20:88] = True
MASK[40:50, 20:40] = False


@given(st.floats(0.1, 10))
def test_scale(factor):
    amplitude = np.abs(FIELD)
    assert gauges.fit_amplitude_scale(amplitude, factor * amplitude, MASK) == pytest.approx(factor)


def test_zeros_have_no_scale():
    assert gauges.fit_amplitude_scale(np.zeros((96, 96)), np.abs(FIELD), MASK) is None


@given(st.floats(-3.1, 3.1))
def test_global_phase(angle):
    assert gauges.fit_global_phase(FIELD, FIELD * np.exp(1j * angle), MASK) == pytest.approx(angle)


@settings(max_examples=15, deadline=None)
@given(st.floats(-0.5, 0.5), st.floats(-0.5, 0.5))
def test_ramp(x, y):
    own_y, own_x = gauges.axes(FIELD.shape)
    found = gauges.fit_ramp(FIELD, FIELD * np.exp(1j * (x * own_x + y * own_y)), MASK)
    assert found == pytest.approx((x, y), abs=1e-4)


def test_no_ramp_between_fields_of_zeros():
    assert gauges.fit_ramp(0 * FIELD, FIELD, MASK) == (0, 0)


@pytest.mark.parametrize(("dx", "dy"), [(0, 0), (3, -2), (0.3, -0.7), (-1.45, 2.2)])
@pytest.mark.parametrize("by_amplitude", [True, False])
def test_shift(dx, dy, by_amplitude):
    frequency_y, frequency_x = np.fft.fftfreq(96)[:, None], np.fft.fftfreq(96)[None, :]
    exact = np.fft.ifft2(np.fft.fft2(FIELD) * np.exp(-2j * np.pi * (dx * frequency_x + dy * frequency_y)))
    part = np.abs if by_amplitude else np.angle
    assert gauges.fit_shift(part(FIELD), part(exact), MASK) == pytest.approx((dx, dy), abs=0.05)


def test_the_edges_of_a_sparse_mask_do_not_hold_the_shift_back():
    mask = np.zeros((96, 96), bool)
    for row, column in np.random.default_rng(3).integers(0, 76, (12, 2)):
        mask[row : row + 20, column : column + 20] = True
    amplitude = np.abs(FIELD)
    assert gauges.fit_shift(amplitude, np.roll(amplitude, (2, -3), (0, 1)), mask) == pytest.approx((-3, 2), abs=0.05)


def test_a_flat_picture_has_no_shift():
    assert gauges.fit_shift(np.ones((96, 96)), np.abs(FIELD), MASK) == (0, 0)


def test_everything_together():
    y, x = gauges.axes(FIELD.shape)
    ramp = np.exp(1j * (0.02 * x - 0.013 * y + 0.9))
    reference = gauges.moved(FIELD * ramp, 2, -3)
    fitted = gauges.fit(FIELD, reference, MASK, by_amplitude=False)
    assert (fitted.ramp_x, fitted.ramp_y) == pytest.approx((0.02, -0.013), abs=1e-3)
    assert (fitted.shift_x, fitted.shift_y) == pytest.approx((2, -3), abs=0.05)
    left = np.angle(gauges.apply(FIELD, fitted) * np.conj(reference))[MASK]
    assert np.abs(left).mean() < 0.02


def test_pixels_outside_the_mask_play_no_part():
    spoilt = np.where(MASK, FIELD, np.nan)
    assert gauges.fit(spoilt, FIELD, MASK, by_amplitude=True) == gauges.fit(FIELD, FIELD, MASK, by_amplitude=True)
