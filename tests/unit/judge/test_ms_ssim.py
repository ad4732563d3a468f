"""Multi-scale structural similarity against a straightforward implementation and published properties."""

import numpy as np
import pytest
from scipy.ndimage import gaussian_filter
from scipy.signal import convolve2d
from skimage.metrics import structural_similarity

from harness.judge.metrics import amplitude_metrics
from harness.judge.ms_ssim import WEIGHTS, ms_ssim

RNG = np.random.default_rng(0)
PICTURE = gaussian_filter(RNG.normal(size=(192, 200)), 2)
PICTURE = (PICTURE - PICTURE.min()) / np.ptp(PICTURE)
FULL = np.ones(PICTURE.shape, bool)

DISTORTIONS = {
    "noise": lambda p: p + 0.1 * np.random.default_rng(1).normal(size=p.shape),
    "blur": lambda p: gaussian_filter(p, 2),
    "lift": lambda p: p + 0.2,
    "contrast": lambda p: 0.5 * p + 0.25,
}


def plain(a, b, data_range, scales=5):
    """Wang, Simoncelli and Bovik, 2003, word for word: valid windows only, 2 x 2 means between the scales."""
    x = np.arange(-5, 6)
    window = np.exp(-(x[:, None] ** 2 + x[None, :] ** 2) / (2 * 1.5**2))
    window /= window.sum()
    c1, c2 = (0.01 * data_range) ** 2, (0.03 * data_range) ** 2
    result, weights = 1.0, np.array(WEIGHTS[:scales]) / sum(WEIGHTS[:scales])
    for scale in range(scales):
        ma, mb, aa, bb, ab = (convolve2d(v, window, "valid") for v in (a, b, a * a, b * b, a * b))
        cs = (2 * (ab - ma * mb) + c2) / (aa - ma**2 + bb - mb**2 + c2)
        luminance = (2 * ma * mb + c1) / (ma**2 + mb**2 + c1)
        term = (luminance * cs if scale == scales - 1 else cs).mean()
        result *= max(term, 0) ** weights[scale]
        a, b = (
            v[: v.shape[0] // 2 * 2, : v.shape[1] // 2 * 2].reshape(v.shape[0] // 2, 2, v.shape[1] // 2, 2).mean((1, 3))
            for v in (a, b)
        )
    return result


def test_the_weights_are_those_of_the_paper():
    assert WEIGHTS == (0.0448, 0.2856, 0.3001, 0.2363, 0.1333)
    assert sum(WEIGHTS) == pytest.approx(1, abs=1e-3)


@pytest.mark.parametrize("name", DISTORTIONS)
def test_against_a_plain_implementation(name):
    found = ms_ssim(DISTORTIONS[name](PICTURE), PICTURE, FULL, 1.0)
    assert found.scales == 5
    assert found.value == pytest.approx(plain(DISTORTIONS[name](PICTURE), PICTURE, 1.0), rel=1e-9)
    assert found.value < 0.999


def test_one_scale_is_plain_structural_similarity():
    """Of scikit-image, which has no scales, with the same window."""
    small, other = PICTURE[:16, :16], PICTURE[20:36, 20:36]
    _, similarity = structural_similarity(
        small, other, data_range=1.0, gaussian_weights=True, sigma=1.5, use_sample_covariance=False, full=True
    )
    found = ms_ssim(small, other, np.ones((16, 16), bool), 1.0)
    assert found.scales == 1
    assert found.value == pytest.approx(max(similarity[5:-5, 5:-5].mean(), 0), rel=1e-9)


def test_equal_pictures():
    found = ms_ssim(PICTURE, PICTURE, FULL, 1.0)
    assert (found.value, found.scales) == (pytest.approx(1), 5)


def test_it_is_symmetric():
    other = DISTORTIONS["noise"](PICTURE)
    assert ms_ssim(PICTURE, other, FULL, 1.0).value == pytest.approx(ms_ssim(other, PICTURE, FULL, 1.0).value)


def test_a_contrast_that_is_turned_over_is_no_similarity():
    assert ms_ssim(1 - PICTURE, PICTURE, FULL, 1.0).value == 0


def test_more_noise_is_less_similar():
    noise = RNG.normal(size=PICTURE.shape)
    values = [ms_ssim(PICTURE + level * noise, PICTURE, FULL, 1.0).value for level in (0.02, 0.05, 0.1, 0.3)]
    assert values == sorted(values, reverse=True)


@pytest.mark.parametrize(("side", "scales"), [(10, 0), (11, 1), (21, 1), (22, 2), (88, 4), (175, 4), (176, 5)])
def test_as_many_scales_as_there_is_room_for(side, scales):
    found = ms_ssim(PICTURE[:side, :side], PICTURE[:side, :side], np.ones((side, side), bool)[: len(PICTURE)], 1.0)
    assert found.scales == scales
    assert found.value == (pytest.approx(1) if scales else None)


@pytest.mark.parametrize("scales", [2, 4])
def test_the_weights_of_fewer_scales_are_shared_out(scales):
    side = 11 * 2 ** (scales - 1)
    own, other = DISTORTIONS["noise"](PICTURE)[:side, :side], PICTURE[:side, :side]
    found = ms_ssim(own, other, np.ones((side, side), bool), 1.0)
    assert found.scales == scales
    assert found.value == pytest.approx(plain(own, other, 1.0, scales), rel=1e-9)


def test_what_lies_outside_the_mask_plays_no_part():
    mask = FULL.copy()
    mask[:9], mask[100:120, 60:70] = False, False
    other = DISTORTIONS["blur"](PICTURE)
    assert ms_ssim(np.where(mask, other, 1e6), PICTURE, mask, 1.0) == ms_ssim(other, PICTURE, mask, 1.0)


def test_the_number_of_scales_is_told():
    small = np.ones((40, 40), bool)
    found = amplitude_metrics(PICTURE[:40, :40] + 0.1, PICTURE[:40, :40] + 0.1, small)
    assert (found["ms_ssim"], found["ms_ssim_scales"]) == (pytest.approx(1), 2)
    assert amplitude_metrics(PICTURE[:8, :8], PICTURE[:8, :8], small[:8, :8])["ms_ssim"] is None
    assert "ms_ssim: " in amplitude_metrics(PICTURE[:8, :8], PICTURE[:8, :8], small[:8, :8])["message"]
