"""The scale between counts and network: known values, scaling laws, no overflow of integer counts."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.physics import scale


@pytest.mark.parametrize(("nphotons", "expected"), [(1e5, 9.882118), (1e9, 988.211769)])
def test_closed_form_at_64_pixels(nphotons, expected):
    assert scale.intensity_scale_closed_form(nphotons, 64) == pytest.approx(expected, abs=5e-7)


@given(st.floats(1, 1e12), st.floats(1e-3, 1e3))
def test_scale_grows_with_the_root_of_the_photons(nphotons, factor):
    ratio = scale.intensity_scale(factor * nphotons, 7.0) / scale.intensity_scale(nphotons, 7.0)
    assert ratio == pytest.approx(np.sqrt(factor))


def test_normalised_data_reach_the_closed_form_and_give_the_counts_back():
    amplitude = np.sqrt(np.random.default_rng(0).poisson(30.0, (5, 64, 64)))
    energy = scale.pattern_energies(amplitude).mean()
    X = scale.normalisation(energy, 64) * amplitude
    assert scale.pattern_energies(X).mean() == pytest.approx(32**2)
    s = scale.intensity_scale(energy, scale.pattern_energies(X).mean())
    assert s == pytest.approx(scale.intensity_scale_closed_form(energy, 64))
    np.testing.assert_allclose((s * X) ** 2, amplitude**2, rtol=1e-12)


def test_squares_of_16_bit_counts_do_not_overflow():
    counts = np.full((1, 2, 2), 60000, dtype=np.uint16)
    assert scale.pattern_energies(counts)[0] == 4 * 60000.0**2
