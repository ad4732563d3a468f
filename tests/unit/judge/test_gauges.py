"""A known gauge is put in and must come out, as registration functions are tested in scikit-image."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import gaussian_filter

from harness.judge import gauges
from harness.judge.metrics import amplitude_metrics, phase_metrics
from harness.judge.subpixel_shift import shifted, shifted_mask

DETAIL = ("ssim", "ms_ssim", "frc50", "frc_half_bit", "frc_one_seventh", "pearson_r")
ERRORS = ("mae", "rmse", "max_abs")
MASK = np.zeros((96, 96), bool)
MASK[10:80, 20:88] = True
MASK[40:50, 20:40] = False


def smooth(rng, size, width=2.0):
    """Band-limited noise of unit deviation that wraps around; the filter is not cut off, which would sharpen it."""
    picture = gaussian_filter(rng.normal(size=(size, size)), width, mode="wrap", truncate=9)
    return picture / picture.std()


def images(rng, size, width):
    return np.exp(0.2 * smooth(rng, size, width)) * np.exp(0.4j * smooth(rng, size, width))


def shifted_exactly(field, dx, dy):
    """A periodic field shifted by a Fourier phase: exact, and no code of the judge's."""
    frequency_y, frequency_x = (np.fft.fftfreq(side) for side in field.shape)
    turns = np.exp(-2j * np.pi * (dy * frequency_y[:, None] + dx * frequency_x[None, :]))
    return np.fft.ifft2(np.fft.fft2(field) * turns)


FIELD = images(np.random.default_rng(1), 96, 2.0)


class Gauged:
    """A reference, and a perfect copy of it in a random gauge: the copy is what the truth looks like there."""

    def __init__(self, seed):
        rng, size, cut = np.random.default_rng(seed), 192, slice(16, 176)
        whole = images(rng, size, 6.0)
        self.shift = rng.uniform(-3, 3, 2)
        self.ramp = rng.uniform(-0.2, 0.2, 2)
        self.phase = rng.uniform(-3, 3)
        self.scale = np.exp(rng.uniform(-0.7, 0.7))
        self.reference = whole[cut, cut]
        y, x = gauges.axes(self.reference.shape)
        straight = shifted_exactly(whole, *-self.shift)[cut, cut]
        own = straight * np.exp(-1j * (self.phase + self.ramp[0] * x + self.ramp[1] * y)) / self.scale
        self.mask = np.zeros(own.shape, bool)
        self.mask[8:150, 12:155] = True
        self.mask[60:80, 12:40] = False
        self.field = np.where(self.mask, own, 1e3 * rng.normal(size=own.shape))  # what no patch covers is anything


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
    fitted = gauges.fit(FIELD, shifted_exactly(FIELD, dx, dy), MASK, by_amplitude)
    assert (fitted.shift_x, fitted.shift_y) == pytest.approx((dx, dy), abs=0.01)


@pytest.mark.parametrize("offset", [0.0, 0.25, 0.5])
def test_noise_does_not_pull_the_shift_towards_half_a_pixel(offset):
    """A move by half a pixel smooths noise; a fit that asks for the smallest error is off by 0.3 pixels here."""
    found = []
    for seed in range(6):
        rng = np.random.default_rng(seed)
        reference = images(rng, 96, 3.0)
        noise = 0.1 * (rng.normal(size=(96, 96)) + 1j * rng.normal(size=(96, 96)))
        fitted = gauges.fit(shifted_exactly(reference, -offset, -offset) + noise, reference, MASK, by_amplitude=True)
        found += [fitted.shift_x - offset, fitted.shift_y - offset]
    assert np.mean(found) == pytest.approx(0, abs=0.02)


def test_the_edges_of_a_sparse_mask_do_not_hold_the_shift_back():
    mask = np.zeros((96, 96), bool)
    for row, column in np.random.default_rng(3).integers(0, 76, (12, 2)):
        mask[row : row + 20, column : column + 20] = True
    fitted = gauges.fit(FIELD, np.roll(FIELD, (2, -3), (0, 1)), mask, by_amplitude=True)
    assert (fitted.shift_x, fitted.shift_y) == pytest.approx((-3, 2), abs=0.01)


def test_a_flat_picture_has_no_shift():
    assert gauges.fit_whole_shift(np.ones((96, 96)), np.abs(FIELD), MASK) == (0, 0)
    fitted = gauges.fit(FIELD, np.ones((96, 96), complex), MASK, by_amplitude=True)
    assert (fitted.shift_x, fitted.shift_y) == (0, 0)


@pytest.mark.parametrize("seed", [10, 19, 23])
def test_the_search_comes_to_its_end_on_a_picture_that_is_nearly_flat(seed, monkeypatch):
    """As after a few steps of training: the smallest error may lie at a bound, and the search must get there."""
    rng, least_squares, ends = np.random.default_rng(seed), gauges.least_squares, []
    reference, other = images(rng, 96, 2.0), images(rng, 96, 2.0)
    poor = 1 + 0.02 * (other - 1) + 0.006 * (shifted_exactly(reference, 1.3, -0.7) - 1)

    def watched(*arguments, **options):
        ends.append(least_squares(*arguments, **options))
        return ends[-1]

    monkeypatch.setattr(gauges, "least_squares", watched)
    gauges.fit(poor, reference, MASK, by_amplitude=True)
    assert ends
    assert all(end.status > 0 for end in ends), [end.message for end in ends]


def test_a_mask_without_room_is_fitted_by_whole_pixels():
    mask = np.zeros((96, 96), bool)
    mask[30:42, 30:42] = True
    fitted = gauges.fit(FIELD, np.roll(FIELD, 1, axis=1), mask, by_amplitude=True)
    assert (fitted.shift_x, fitted.shift_y) == (1, 0)


@pytest.mark.parametrize("by_amplitude", [True, False])
@pytest.mark.parametrize("seed", range(20))
def test_a_random_gauge_is_recovered(seed, by_amplitude):
    copy = Gauged(seed)
    fitted = gauges.fit(copy.field, copy.reference, copy.mask, by_amplitude)
    assert (fitted.shift_x, fitted.shift_y) == pytest.approx(copy.shift, abs=1e-5)
    assert (fitted.ramp_x, fitted.ramp_y) == pytest.approx(copy.ramp, abs=1e-7)
    assert np.exp(1j * fitted.global_phase) == pytest.approx(np.exp(1j * copy.phase), abs=1e-6)


@pytest.mark.parametrize("seed", range(20))
def test_a_random_gauge_changes_no_metric_of_a_perfect_copy(seed):
    copy = Gauged(seed)
    fitted = gauges.fit(copy.field, copy.reference, copy.mask, by_amplitude=bool(seed % 2))
    placed = gauges.apply(np.where(copy.mask, copy.field, 0), fitted)
    mask = copy.mask & shifted_mask(copy.mask, fitted.shift_x, fitted.shift_y)
    assert mask.sum() > 0.7 * copy.mask.sum()
    as_found = amplitude_metrics(np.abs(placed), np.abs(copy.reference), mask)
    assert as_found["scale"] == pytest.approx(copy.scale, rel=1e-6)  # the fifth gauge
    pairs = {
        "amplitude": (amplitude_metrics, as_found["scale"] * np.abs(placed), np.abs(copy.reference)),
        "phase": (phase_metrics, np.angle(placed), np.angle(copy.reference)),
    }
    for metrics, own, reference in pairs.values():
        found, perfect = metrics(own, reference, mask), metrics(reference, reference, mask)
        for name in (*ERRORS, *DETAIL):
            assert found[name] == pytest.approx(perfect[name], abs=1e-6), name
        assert list(found["bias"].values()) == pytest.approx([0] * 4, abs=1e-6)
        assert found["psnr"] > 120  # a perfect copy's has no end


@pytest.mark.parametrize("factor", [1.01, 0.99])
def test_a_scale_error_is_reported_as_it_is_and_moves_no_metric_that_is_free_of_it(factor):
    copy = Gauged(0)
    reference = np.abs(copy.reference)
    found, perfect = (amplitude_metrics(own, reference, copy.mask) for own in (factor * reference, reference))
    assert found["scale"] == pytest.approx(1 / factor, rel=1e-12)
    assert found["mae"] == pytest.approx(0.01 * reference[copy.mask].mean())  # before the scale: seen here, too
    for name in (*DETAIL, "rescaled_mae"):
        assert found[name] == pytest.approx(perfect[name], abs=1e-12), name


def test_pixels_outside_the_mask_play_no_part():
    spoilt = np.where(MASK, FIELD, np.nan)
    assert gauges.fit(spoilt, FIELD, MASK, by_amplitude=True) == gauges.fit(FIELD, FIELD, MASK, by_amplitude=True)


@pytest.mark.parametrize(("dx", "dy"), [(0.0, 0.0), (2.0, -1.0), (0.4, -2.7), (-1e-18, 0.5)])
def test_a_move_needs_nothing_from_outside_the_mask(dx, dy):
    rng = np.random.default_rng(5)
    field, mask = images(rng, 96, 6.0), MASK.copy()
    inside = shifted_mask(mask, dx, dy)
    spoilt = shifted(np.where(mask, field, 1e6), dx, dy)
    assert inside.sum() > 0.4 * mask.sum()
    assert np.abs(spoilt - shifted_exactly(field, dx, dy))[inside].max() < 1e-6
    assert not shifted_mask(np.ones_like(mask), 2, 0)[:, :2].any()  # what comes in from outside is no picture
