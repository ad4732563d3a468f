"""Mask, normalisation and the gauge between probe and object."""

import numpy as np
import pytest

from harness.dataset import probes
from harness.physics import probe


def test_mask_is_a_disk_about_the_half_pixel_centre():
    mask = probe.circular_mask(64)
    np.testing.assert_array_equal(mask, mask[::-1, ::-1])
    np.testing.assert_array_equal(mask, mask.T)
    assert mask.sum() == pytest.approx(np.pi * 16**2, rel=0.01)
    assert mask[32].sum() == 32


@pytest.mark.parametrize("scale", [4.0, 10.0])
def test_normalisation_leaves_the_masked_mean_at_the_inverse_of_the_scale(scale):
    P = probe.normalise(37.0 * probes.zone_plate(64), scale)
    assert P.dtype == np.complex128
    assert np.abs(probe.circular_mask(64) * P).mean() == pytest.approx(1 / scale)


@pytest.mark.parametrize(("scale", "amplitude"), [(10.0, 2.2), (4.0, 0.9)])
def test_object_amplitude_of_the_masked_idealised_probe(scale, amplitude):
    """The figures of the specification: 2.2 with probe_scale 10, beyond a sigmoid, and 0.9 with 4."""
    P = probe.model_probe(probe.normalise(probes.idealised(64), scale), mask=True)
    assert probe.object_amplitude(P) == pytest.approx(amplitude, rel=0.03)


def test_mask_applies_only_when_asked():
    P = probes.zone_plate(64)
    assert np.abs(probe.model_probe(P, mask=True)[0, 0]) == 0
    np.testing.assert_array_equal(probe.model_probe(P, mask=False), P)
