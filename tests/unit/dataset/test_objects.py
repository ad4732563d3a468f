"""Synthetic objects: reproducible, positive, with detail at every place, and a phase where one is asked for."""

import numpy as np
import pytest

from harness.dataset import objects


def test_the_seed_decides():
    first, again, other = (objects.lines((96, 80), seed) for seed in (42, 42, 43))
    assert first.shape == (96, 80)
    np.testing.assert_array_equal(first, again)
    assert np.abs(first - other).max() > 0.1


def test_amplitude_is_positive_and_of_mean_one():
    amplitude = objects.lines((392, 392), 42)
    assert amplitude.dtype == np.float64
    assert amplitude.min() > 0
    assert amplitude.mean() == pytest.approx(1.0)
    assert amplitude.std() > 0.1


def test_borders_are_as_dense_as_the_middle():
    amplitude = objects.lines((392, 392), 42)
    middle = amplitude[98:-98, 98:-98].mean()
    assert amplitude[:40].mean() == pytest.approx(middle, rel=0.35)
    assert amplitude[:, -40:].mean() == pytest.approx(middle, rel=0.35)


def test_phase_rises_with_the_amplitude_over_the_span():
    amplitude = objects.lines((128, 128), 1)
    images = objects.phase_follows_amplitude(amplitude, 2.0)
    np.testing.assert_allclose(np.abs(images), amplitude)
    phase = np.angle(images)
    assert np.ptp(phase) == pytest.approx(2.0)
    assert np.all(np.diff(phase.ravel()[np.argsort(amplitude, axis=None)]) >= -1e-12)
