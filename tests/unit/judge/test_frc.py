"""Fourier ring correlation on pictures whose answer is known."""

import numpy as np
import pytest

from harness.judge.frc import NYQUIST, Rings, bounding_square, half_bit, ring_correlation, square_cut, taper

SIDE = 256
FULL = np.ones((SIDE, SIDE), bool)
HOLES = FULL.copy()
HOLES[30:70, 100:130] = HOLES[150:200, 40:90] = HOLES[:, 240:] = False
radius = np.hypot(*np.meshgrid(np.fft.fftfreq(SIDE), np.fft.fftfreq(SIDE)))
"""Cycles a pixel."""


def noise(seed, spectrum=1.0):
    """White noise of unit power, its amplitudes multiplied by a spectrum over radius."""
    white = np.random.default_rng(seed).normal(size=(SIDE, SIDE))
    return np.fft.ifft2(np.fft.fft2(white) * spectrum).real


@pytest.mark.parametrize("mask", [FULL, HOLES], ids=["full", "holes"])
@pytest.mark.parametrize("change", [lambda p: p, lambda p: 2.5 * p, lambda p: p + 3], ids=["same", "scaled", "lifted"])
def test_identical_pictures_never_cross(mask, change):
    picture = noise(0)
    rings = ring_correlation(change(picture), picture, mask)
    assert rings.correlation == pytest.approx(1, abs=1e-9)
    assert set(rings.crossings().values()) == {NYQUIST}


def test_a_contrast_that_is_turned_over_is_no_agreement():
    rings = ring_correlation(-noise(0), noise(0), FULL)
    assert rings.correlation == pytest.approx(-1)
    assert set(rings.crossings().values()) == {0}


def test_pictures_of_nothing_in_common():
    rings = ring_correlation(noise(0), noise(1), FULL)
    assert np.abs(rings.correlation[20:]).max() < 0.2
    assert rings.crossings()["frc50"] < 0.03  # what chance leaves in rings of a few coefficients


@pytest.mark.parametrize("mask", [FULL, HOLES], ids=["full", "holes"])
@pytest.mark.parametrize("snr", [0.25, 1.0, 4.0])
def test_two_noisy_pictures_correlate_by_their_signal_to_noise_ratio(mask, snr):
    """Each is the same signal with noise of its own: the expectation is SNR / (SNR + 1) in every ring."""
    found = []
    for seed in range(4):
        signal = np.sqrt(snr) * noise(10 * seed)
        found.append(ring_correlation(signal + noise(10 * seed + 1), signal + noise(10 * seed + 2), mask).correlation)
    # at least 40 independent coefficients a ring from the 20th on, so a deviation of 0.08 at most over 4 draws
    assert np.mean(found, axis=0)[20:] == pytest.approx(snr / (snr + 1), abs=0.17)
    assert np.mean(found) == pytest.approx(snr / (snr + 1), abs=0.02)


def test_a_signal_to_noise_ratio_that_falls_with_the_frequency():
    falling = np.exp(-((radius / 0.2) ** 2))
    pairs = [[noise(10 * k, falling) + 0.3 * noise(10 * k + n) for n in (1, 2)] for k in range(4)]
    rings = [ring_correlation(*pair, FULL) for pair in pairs]
    frequency = rings[0].frequency
    snr = np.exp(-2 * (frequency / 0.2) ** 2) / 0.3**2
    difference = np.mean([own.correlation for own in rings], axis=0) - snr / (snr + 1)
    smooth = np.convolve(difference, np.full(9, 1 / 9), "valid")
    assert np.abs(smooth).max() < 0.05
    crossing = 0.2 * np.sqrt(np.log(1 / 0.3**2) / 2)  # where the ratio is 1
    assert np.mean([own.crossings()["frc50"] for own in rings]) == pytest.approx(crossing, abs=0.012)


@pytest.mark.parametrize("cut", [0.1, 0.2, 0.35])
@pytest.mark.parametrize("mask", [FULL, HOLES], ids=["full", "holes"])
def test_what_agrees_below_a_frequency_crosses_there(cut, mask):
    """Equal below the cut, and noise of its own above it: a low-pass filter alone would leave the phases equal."""
    low, high = radius < cut, radius >= cut
    picture = noise(0)
    crossings = ring_correlation(noise(0, low) + noise(1, high), picture, mask).crossings()
    assert crossings["frc50"] == pytest.approx(cut, abs=0.015)
    assert crossings["frc_one_seventh"] == pytest.approx(cut, abs=0.04)
    assert crossings["frc_half_bit"] == pytest.approx(cut, abs=0.03)


def test_a_low_pass_filtered_copy_with_a_little_noise_crosses_near_the_cut():
    copy = noise(0, radius < 0.15) + 1e-3 * noise(5)
    assert ring_correlation(copy, noise(0), FULL).crossings()["frc50"] == pytest.approx(0.15, abs=0.015)


def test_a_strong_low_frequency_does_not_leak_into_the_rings_of_independent_noise():
    strong = 100 * noise(0, radius < 0.05)
    rings = ring_correlation(strong + noise(1), strong + noise(2), HOLES)
    assert np.abs(rings.correlation[rings.frequency > 0.2].mean()) < 0.05


def test_what_lies_outside_the_mask_plays_no_part():
    one, other = noise(0) + noise(1), noise(0) + noise(2)
    spoilt = np.where(HOLES, one, 1e6)
    assert np.array_equal(
        ring_correlation(spoilt, other, HOLES).correlation, ring_correlation(one, other, HOLES).correlation
    )


def test_the_crossing_is_interpolated_between_rings():
    frequency, correlation = np.array([0.1, 0.2, 0.3, 0.4]), np.array([0.9, 0.7, 0.3, 0.9])
    rings = Rings(frequency, correlation, np.array([0.95, 0.6, 0.4, 0.3]))
    assert rings.crossing(0.5) == pytest.approx(0.25)
    assert rings.crossing(0.2) == NYQUIST
    assert rings.crossing(0.95) == 0
    assert 0.2 < rings.crossing(rings.half_bit) < 0.3  # the first ring is below: that is no fall


def test_the_threshold_of_half_a_bit():
    """SNR = sqrt(2) - 1 for the sum of two halves, so half of it for each, in the limit of many coefficients."""
    snr = (np.sqrt(2) - 1) / 2
    assert half_bit(np.array(1e12)) == pytest.approx(snr / (snr + 1), rel=1e-3)
    assert half_bit(np.array(1.0)) == pytest.approx(1, abs=1e-4)
    assert np.all(np.diff(half_bit(np.arange(1, 50))) < 0)


def test_a_mask_that_is_too_small_has_no_rings():
    mask = np.zeros((64, 64), bool)
    assert ring_correlation(noise(0)[:64, :64], noise(1)[:64, :64], mask) is None
    mask[10:25, 10:25] = True
    assert ring_correlation(noise(0)[:64, :64], noise(1)[:64, :64], mask) is None


def test_the_bounding_square_may_reach_beyond_the_picture():
    mask = np.zeros((40, 40), bool)
    mask[30:38, 5:35] = True
    assert bounding_square(mask) == (30, 5, 30)
    cut = square_cut(mask, bounding_square(mask))
    assert cut.shape == (30, 30)
    assert cut.sum() == mask.sum()


def test_the_window_is_zero_outside_the_mask_and_one_deep_inside():
    window = taper(HOLES)
    assert not window[~HOLES].any()
    assert window[HOLES].min() < 1e-2
    assert window.max() == pytest.approx(1, abs=1e-3)
