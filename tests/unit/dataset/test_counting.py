"""Photon counting: the mean over the data set, the noise, the seed."""

import numpy as np
import pytest

from harness.dataset.counting import count
from harness.errors import HarnessError


def patterns() -> np.ndarray:
    rng = np.random.default_rng(3)
    return rng.uniform(0.2, 1.0, (40, 1, 1)) * rng.uniform(size=(40, 64, 64))


@pytest.mark.parametrize("nphotons", [1e3, 1e5, 1e9])
def test_the_mean_over_the_data_set_is_nphotons(nphotons):
    counts = count(patterns(), nphotons, 1).astype(np.float64) ** 2
    expected_error = np.sqrt(nphotons / 40)
    assert abs(counts.sum(axis=(1, 2)).mean() - nphotons) < 4 * expected_error + 1e-6 * nphotons
    np.testing.assert_allclose(counts, np.rint(counts), rtol=1e-6)


def test_bright_patterns_stay_brighter():
    intensity = patterns()
    counts = count(intensity, 1e7, 1).astype(np.float64) ** 2
    ratio = counts.sum(axis=(1, 2)) / intensity.sum(axis=(1, 2))
    np.testing.assert_allclose(ratio, ratio[0], rtol=0.01)


def test_the_noise_is_that_of_poisson():
    counts = count(np.ones((50, 64, 64)), 20.0 * 64 * 64, 2).astype(np.float64) ** 2
    assert counts.var() == pytest.approx(20.0, rel=0.03)


def test_the_seed_decides():
    np.testing.assert_array_equal(count(patterns(), 1e4, 5), count(patterns(), 1e4, 5))
    assert np.any(count(patterns(), 1e4, 5) != count(patterns(), 1e4, 6))


def test_a_dose_without_a_photon_is_refused():
    with pytest.raises(HarnessError, match=r"dataset\.nphotons: 0\.001 gave no photon at all in 40 patterns"):
        count(patterns(), 1e-3, 1)


@pytest.mark.parametrize("nphotons", [1e22, 1e300, float("nan")])
def test_more_photons_than_can_be_drawn_are_refused(nphotons: float) -> None:
    with pytest.raises(HarnessError, match=r"dataset\.nphotons, dataset\.probe\.scale: .* at most 1e\+18"):
        count(np.ones((2, 4, 4)), nphotons, 1)
