"""Probes: real or complex as stated, centred, and resampled as a detector's crop would."""

import numpy as np
import pytest

from harness.dataset import probes


@pytest.mark.parametrize("N", [64, 128])
def test_idealised_is_real_positive_and_symmetric(N):
    probe = probes.idealised(N)
    assert probe.shape == (N, N)
    assert probe.dtype == np.float64
    assert probe.min() >= 1e-9
    np.testing.assert_allclose(probe, probe[::-1, ::-1], atol=1e-12)
    np.testing.assert_allclose(probe, probe.T, atol=1e-12)


@pytest.mark.parametrize("make", [probes.zone_plate, probes.curved_disk])
def test_curved_probes_break_the_symmetry_with_the_twin(make):
    """The twin of a probe is conj(P(-r)); it equals P for a flat real one, and must not here."""
    probe = make(64)
    twin = np.conj(probe[::-1, ::-1])
    overlap = abs(np.vdot(probe, twin)) / np.linalg.norm(probe) ** 2
    assert probe.dtype == np.complex128
    assert overlap < 0.9
    assert abs(np.vdot(probes.idealised(64), probes.idealised(64)[::-1, ::-1])) == pytest.approx(
        np.linalg.norm(probes.idealised(64)) ** 2
    )


def test_zone_plate_has_tails_beyond_its_spot():
    probe = probes.zone_plate(64)
    outside = np.abs(probe[probes.radii(64) > 24])
    assert np.abs(probe).max() == pytest.approx(1.0)
    assert 1e-4 < outside.max() < 0.3


def test_resampling_up_and_down_again_changes_nothing():
    probe = probes.zone_plate(64)
    wide = probes.resample(probe, 128)
    assert np.linalg.norm(wide) == pytest.approx(np.linalg.norm(probe))
    np.testing.assert_allclose(probes.resample(wide, 64), probe, atol=1e-12)


def test_resampling_crops_the_detector():
    """The diffraction pattern of the resampled probe is the middle of that of the probe."""
    probe = probes.zone_plate(128)
    pattern, cropped = (
        np.abs(np.fft.fftshift(np.fft.fft2(P, norm="ortho"))) for P in (probe, probes.resample(probe, 64))
    )
    np.testing.assert_allclose(cropped, pattern[32:96, 32:96], atol=1e-10)


def test_resampling_keeps_the_field():
    """A spot 10 pixels right of the centre at 128 pixels lies 5 pixels right of it at 64."""
    columns = np.arange(128) - 64
    spot = np.exp(-((columns[None, :] - 10) ** 2 + columns[:, None] ** 2) / 50.0)
    small = np.abs(probes.resample(spot, 64))
    assert np.unravel_index(small.argmax(), small.shape) == (32, 37)


@pytest.mark.parametrize("K", [65, 95, 129, 63])
def test_a_probe_of_an_odd_side_stays_about_the_centre(K):
    """The centre of a side K is (K - 1) / 2, and the spot keeps its distance from it in units of the field."""
    axis = (np.arange(K) - (K - 1) / 2) / K
    spot = np.exp(-((axis[None, :] - 0.1) ** 2 + axis[:, None] ** 2) / 0.01)
    power = np.abs(probes.resample(spot, 64)) ** 2
    middle = (power.sum(axis=0) * ((np.arange(64) - 31.5) / 64)).sum() / power.sum()
    assert middle == pytest.approx(0.1, abs=1e-3)
    across = (power.sum(axis=1) * ((np.arange(64) - 31.5) / 64)).sum() / power.sum()
    assert across == pytest.approx(0.0, abs=1e-3)


@pytest.mark.parametrize("shape", [(64, 60), (9,)])
def test_what_cannot_be_resampled_is_refused(shape):
    with pytest.raises(ValueError, match="cannot resample"):
        probes.resample(np.ones(shape), 64)
