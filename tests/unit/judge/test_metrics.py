import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy.ndimage import gaussian_filter

from harness.judge.metrics import (
    METRICS,
    NAMES,
    amplitude_metrics,
    contrast,
    judged,
    pearson,
    phase_metrics,
    skill,
    ssim,
    wrap,
)
from harness.judge.tolerances import entries

RNG = np.random.default_rng(0)
MASK = np.ones((16, 16), bool)
PICTURES = arrays(np.float64, (16, 16), elements=st.floats(0.125, 2, width=16))


@pytest.mark.parametrize("mask", [MASK, ~MASK], ids=["covered", "nothing"])
@pytest.mark.parametrize("metrics", [amplitude_metrics, phase_metrics])
def test_every_metric_of_the_table_is_computed_and_no_other(metrics, mask):
    assert set(metrics(np.eye(16), np.eye(16), mask)) == {*NAMES, "bias", "message"}


def test_the_ledger_can_hold_every_judged_metric_to_a_limit_of_its_sense():
    senses = {"more": "at least", "less": "at most"}
    for metric in METRICS:
        for part in metric.judged:
            for rung in ("reconstruction", "agreement"):
                assert entries()[f"{rung}.{part}.{metric.name}"].sense == senses[metric.better]


def test_what_is_judged_of_each_part():
    alike = ["pearson_r", "ssim", "ms_ssim", "frc50"]
    assert judged("amplitude") == [*alike, "mae", "rmse", "max_abs", "rescaled_mae"]
    assert judged("phase") == [*alike, "mae", "rmse", "max_abs"]


def test_sessions_are_compared_by_metrics_of_which_more_is_better():
    assert {metric.better for metric in METRICS if metric.noise is not None} == {"more"}


@settings(max_examples=30, deadline=None)
@given(PICTURES, PICTURES)
def test_errors_and_correlation_are_symmetric(a, b):
    one, other = amplitude_metrics(a, b, MASK), amplitude_metrics(b, a, MASK)
    for name in ("mae", "rmse", "max_abs", "count"):
        assert one[name] == pytest.approx(other[name])
    assert one["bias"]["mean"] == pytest.approx(-other["bias"]["mean"], abs=1e-12)
    assert one["bias"]["p05"] == pytest.approx(-other["bias"]["p95"], abs=1e-12)
    if one["pearson_r"] is not None:
        assert one["pearson_r"] == pytest.approx(other["pearson_r"], abs=1e-9)
    assert one["mae"] <= one["rmse"] * (1 + 1e-12)
    assert one["rmse"] <= one["max_abs"] * (1 + 1e-12)


@settings(max_examples=30, deadline=None)
@given(PICTURES, PICTURES)
def test_similarity_is_symmetric_for_one_data_range(a, b):
    assert ssim(a, b, MASK, 1.9) == pytest.approx(ssim(b, a, MASK, 1.9))


@settings(max_examples=30, deadline=None)
@given(PICTURES, st.floats(0.5, 4))
def test_a_scaled_picture_is_perfect_after_its_scale(picture, factor):
    found = amplitude_metrics(picture, factor * picture, MASK)
    assert found["scale"] == pytest.approx(factor)
    assert found["rescaled_mae"] == pytest.approx(0, abs=1e-9)


def test_known_values():
    reference = RNG.uniform(1, 2, (16, 16))
    found = amplitude_metrics(reference + 0.25, reference, MASK)
    assert found["mae"] == found["rmse"] == pytest.approx(0.25)
    assert found["bias"]["median"] == pytest.approx(0.25)
    assert found["pearson_r"] == pytest.approx(1)
    assert found["count"] == 256


def test_a_constant_picture_has_no_correlation_and_a_reason():
    reference = RNG.uniform(1, 2, (16, 16))
    found = amplitude_metrics(np.ones((16, 16)), reference, MASK)
    assert found["pearson_r"] is None
    assert "the picture is constant" in found["message"]
    # its error alone would look as good as that of a real picture: that of the best constant
    assert found["rescaled_mae"] < 0.3
    assert contrast(np.ones((16, 16)), reference, MASK) == 0


def test_a_constant_reference_has_no_similarity_either():
    found = amplitude_metrics(RNG.uniform(1, 2, (16, 16)), np.ones((16, 16)), MASK)
    assert found["pearson_r"] is found["ssim"] is found["psnr"] is None
    assert contrast(RNG.uniform(1, 2, (16, 16)), np.ones((16, 16)), MASK) is None


def test_rounding_is_no_contrast():
    flat = np.ones((16, 16)) + 1e-8 * RNG.normal(size=(16, 16))
    assert pearson(flat, RNG.uniform(1, 2, (16, 16))) is None
    assert phase_metrics(1e-8 * flat, RNG.uniform(-1, 1, (16, 16)), MASK)["pearson_r"] is None


def test_only_the_finite_masked_pixels_count():
    reference = RNG.uniform(1, 2, (16, 16))
    picture, mask = reference.copy(), MASK.copy()
    picture[0, 0], picture[1, 1], mask[1, 1] = np.nan, 99, False
    found = amplitude_metrics(picture, reference, mask)
    assert (found["count"], found["max_abs"]) == (254, 0)
    assert amplitude_metrics(picture, reference, ~MASK)["mae"] is None
    assert amplitude_metrics(picture, reference, ~MASK)["message"]


def test_a_picture_of_zeros_has_no_scale():
    found = amplitude_metrics(np.zeros((16, 16)), RNG.uniform(1, 2, (16, 16)), MASK)
    assert found["scale"] is found["rescaled_mae"] is None
    assert "the picture is zero" in found["message"]


def test_similarity_does_not_see_what_lies_outside_the_mask():
    a, b = RNG.uniform(1, 2, (2, 32, 32))
    mask = np.zeros((32, 32), bool)
    mask[4:28, 6:30] = True
    outside = np.where(mask, a, 50.0)
    assert ssim(outside, b, mask, 1.0) == ssim(a, b, mask, 1.0)
    assert ssim(a, a, mask, 1.0) == pytest.approx(1)
    narrow = np.zeros((32, 32), bool)
    narrow[:6, :6] = True
    assert ssim(a, b, narrow, 1.0) is None


@given(st.floats(-50, 50))
def test_wrapped_phases_differ_by_whole_turns(phase):
    wrapped = float(wrap(np.array(phase)))
    assert -np.pi <= wrapped <= np.pi
    assert np.exp(1j * wrapped) == pytest.approx(np.exp(1j * phase))


def test_phase_errors_are_wrapped():
    found = phase_metrics(np.full((16, 16), 3.1), np.full((16, 16), -3.1), MASK)
    assert found["mae"] == pytest.approx(2 * np.pi - 6.2)
    assert found["scale"] is None
    assert "no free scale" in found["message"]


def test_random_phases_do_not_correlate_with_anything():
    found = phase_metrics(RNG.uniform(-np.pi, np.pi, (64, 64)), RNG.uniform(-1, 1, (64, 64)), np.ones((64, 64), bool))
    assert abs(found["pearson_r"]) < 0.1


def test_skill():
    assert skill(0.95, 0.9) == pytest.approx(0.5)
    assert skill(0.8, 0.9) == pytest.approx(-1)
    assert skill(None, 0.9) is skill(0.9, None) is skill(0.9, 1.0) is None


def test_the_ring_correlation_of_phases_knows_no_wrap():
    """The same phases about 0 and about pi, where noise makes them jump by a whole turn."""
    common = gaussian_filter(RNG.normal(size=(64, 64)), 2)
    own, other = (common + 0.02 * RNG.normal(size=(64, 64)) for _ in range(2))
    mask = np.ones((64, 64), bool)
    about_zero, about_pi = (phase_metrics(wrap(own + turn), wrap(other + turn), mask) for turn in (0, np.pi))
    assert 0 < about_zero["frc50"] < 0.5
    assert about_pi["frc50"] == pytest.approx(about_zero["frc50"], abs=1e-9)
