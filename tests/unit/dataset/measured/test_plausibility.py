"""Figures of a data set and sentences about what is odd: a sound set has none, and each oddity is told with figures."""

import re
from dataclasses import replace

import numpy as np
import pytest

from harness.dataset import npz
from harness.dataset.measured import plausibility
from harness.dataset.npz import RawData

M, N = 40, 64
RNG = np.random.default_rng(4)
SPOT = np.exp(-((np.hypot(*(np.mgrid[:N, :N] - N / 2)) / 9) ** 2))
COUNTS = RNG.poisson(300 * SPOT * RNG.uniform(0.5, 1.5, (M, 1, 1)))
X, Y = RNG.uniform(40, 160, (2, M))


def of(counts: np.ndarray = COUNTS, x: np.ndarray = X, y: np.ndarray = Y) -> RawData:
    amplitude = np.sqrt(counts.astype(np.float64)).astype(np.float32)
    arrays = {"diff3d": amplitude, "probeGuess": SPOT.astype(np.complex64), "xcoords": x, "ycoords": y}
    return npz.validated(arrays, "a.npz")


def pixel(counts: np.ndarray, value: int) -> np.ndarray:
    changed = counts.copy()
    changed[:, 5, 7] = value
    return changed


def test_the_figures_of_a_sound_set_and_no_doubt() -> None:
    line = plausibility.figures(replace(of(), left_out=("mask", "notes")))
    photons, brightest, width, height, step, empty = (
        float(number) for number in re.findall(r"(?<![a-z])\d[\d.e+]*", line)
    )
    assert photons == pytest.approx(COUNTS.sum() / M, rel=1e-3)
    assert brightest == pytest.approx(COUNTS.max(), rel=1e-5)
    assert (width, height) == pytest.approx((np.ptp(X), np.ptp(Y)), rel=1e-3)
    assert 3 < step < 20
    assert empty == 0
    assert line.endswith("; 0 % of the frames empty; keys left out: mask, notes")
    assert "\n" not in line
    assert plausibility.doubts(of()) == ()


@pytest.mark.parametrize("scale", [1e-2, 0.1, 1.0, 1e3, 1e7])
def test_a_sound_set_of_any_dose_raises_no_doubt(scale: float) -> None:
    photons = np.random.default_rng(1).poisson(300 * scale * SPOT, (M, N, N))
    assert plausibility.doubts(of(photons)) == ()


HALF = np.where(np.arange(M)[:, None, None] % 2, COUNTS, 0)
EXTREMES = [
    (of(x=np.full(M, 100.0), y=np.full(M, 7.0)), [r"All 40 positions are equal, \(100, 7\) pixels"]),
    (of(x=np.full(M, 1 / 3) + 1e-16, y=np.full(M, 0.1)), ["positions are equal"]),
    (of(x=X, y=np.full(M, 3.0)), [r"on a line \(99.88 x 0 pixels\)"]),
    (of(x=X, y=3 + 0.5 * X), ["on a line"]),
    (of(x=X / 1000, y=Y / 1000), [r"spans 0\.0999 x 0\.118 pixels, less than one"]),
    (of(x=X * 100, y=Y * 100), [r"median step .* more than the 64 of a patch"]),
    (of(HALF), [r"20 of 40 patterns \(50%\) are empty"]),
    (of(np.full((M, N, N), 4)), ["40 of 40 patterns hold one value in all pixels, 2;"]),
    (of(np.repeat(COUNTS[:1], M, axis=0)), ["All 40 patterns are equal"]),
    (of((COUNTS + np.roll(COUNTS, 1, axis=0)) / 2), [r"hold no whole number of counts .*averaged"]),
    (of(COUNTS / COUNTS.sum(axis=(1, 2), keepdims=True) / 2), ["0.5 photons on average", "no whole number"]),
    (of(COUNTS * 1e20), ["more than any detector counts"]),
    (of(pixel(COUNTS, 2**32 - 1)), [r"40 pixels \(1 a pattern\) hold 4294967295 counts.*32 bits", r"\(5, 7\), holds"]),
    (of(pixel(COUNTS, 2**31 - 1)), ["2147483647 counts.*31 bits", "One pixel"]),
    (of(np.where(COUNTS > 200, 65535, COUNTS)), ["hold 65535 counts, the largest number of 16 bits"]),
    (of(np.minimum(COUNTS, 255)), [r"hold exactly the largest count, 255, far more"]),
    (of(pixel(COUNTS, 20000000)), ["hold exactly the largest count", "One pixel of the detector, .*hot"]),
    (replace(of(), diffraction=of().diffraction[:1], x=X[:1], y=Y[:1]), ["one pattern alone"]),
]


@pytest.mark.parametrize(("raw", "sentences"), EXTREMES, ids=[sentences[0] for _, sentences in EXTREMES])
def test_each_oddity_is_told_in_one_sentence_with_figures(raw: RawData, sentences: list[str]) -> None:
    found = plausibility.doubts(raw)
    assert len(found) == len(sentences), found
    for text, wanted in zip(found, sentences, strict=True):
        assert re.search(wanted, text)
        assert text.endswith(".")
    assert plausibility.figures(raw)
