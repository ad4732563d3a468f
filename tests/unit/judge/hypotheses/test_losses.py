"""Terms of the loss by their formulas, and what ports put in their place."""

import numpy as np
import pytest
from scipy.special import gammaln

from harness.judge.hypotheses.catalogue import HYPOTHESES
from harness.judge.hypotheses.known import Known
from harness.judge.hypotheses.losses.poisson import stirling
from harness.judge.hypotheses.trial import explanation
from harness.physics import likelihood

RNG = np.random.default_rng(11)
INTENSITY = RNG.uniform(0.5, 200, (4, 8, 8, 2))
AMPLITUDE = np.sqrt(RNG.poisson(INTENSITY))
PATCHES = RNG.normal(size=(4, 8, 8, 2)) + 1j * RNG.normal(size=(4, 8, 8, 2))
PHOTONS, PATTERNS = 1e5, 8
COUNTS = AMPLITUDE**2
STAGES = {"object_patches": PATCHES, "intensity": INTENSITY}
NUMBERS = {"nphotons": PHOTONS, "rows x columns": 64}


def said(own, other, name="term", **more):
    tensors = (np.array([value]) for value in (own, other))
    known = Known(
        *tensors, "loss", name, stages=STAGES, batch={"amplitude": AMPLITUDE}, numbers=NUMBERS, **more
    )  # fmt: skip
    found = explanation(known, HYPOTHESES)
    return "" if found is None else found.sentence


def poisson(terms):
    return terms.sum() / PATTERNS / PHOTONS


def nll(intensity=INTENSITY, counts=COUNTS, epsilon=0.0):
    return poisson(intensity - counts * np.log(intensity + epsilon))


POISSON = likelihood.poisson(INTENSITY, COUNTS, PHOTONS)
ERROR = likelihood.amplitude_mae(INTENSITY, AMPLITUDE, PHOTONS)
VARIATION = likelihood.total_variation(PATCHES)
CASES = {
    "(lgamma)": (POISSON + poisson(gammaln(COUNTS + 1)), POISSON),
    "Stirling's term": (POISSON + poisson(stirling(COUNTS)), POISSON),
    "1e-08 added under the logarithm": (nll(epsilon=1e-8), POISSON),
    "a floor of 100 under": (poisson(INTENSITY - COUNTS * np.log(np.maximum(INTENSITY, 100))), POISSON),
    "of amplitudes, not of counts": (nll(np.sqrt(INTENSITY), AMPLITUDE), POISSON),
    "counts of sample +1": (nll(counts=np.roll(COUNTS, 1, 0)), POISSON),
    "times 100000 (nphotons)": (1e5 * POISSON, POISSON),
    "(1 / rows x columns)": (POISSON / 64, POISSON),
    "of the squared patterns": (likelihood.amplitude_mae(INTENSITY, AMPLITUDE**2, PHOTONS), ERROR),
    "of the squared difference": (
        np.square(np.sqrt(INTENSITY) - AMPLITUDE).mean() / (np.sqrt(PHOTONS) / 4), ERROR,
    ),
    "of every second column": (likelihood.total_variation(PATCHES[:, :, ::2]), VARIATION),
    "of rows alone": (np.abs(np.diff(PATCHES, axis=1)).mean(), VARIATION),
}  # fmt: skip


@pytest.mark.parametrize("words", CASES)
def test_what_a_term_is_instead_is_named(words):
    assert words in said(*CASES[words])


@pytest.mark.parametrize("words", CASES)
def test_a_near_miss_is_not_named(words):
    own, other = CASES[words]
    assert said(own + 1e-4 * (own - other), other) == ""


@pytest.mark.parametrize(
    ("weights", "words"),
    [((1.0, 0.0), "b weighted by 0 in place"), ((0.5, 0.25), "a weighted by 0.5"), ((1.0, 1.0), "b weighted by 1")],
)
def test_a_weight_that_is_not_passed_on(weights, words):
    values, stated = (2.31, 0.77), (1.0, 0.25)
    own, other = (sum(v * w for v, w in zip(values, of, strict=True)) for of in (weights, stated))
    terms = {name: (value, weight) for name, value, weight in zip("ab", values, stated, strict=True)}
    assert words in said(own, other, "loss", terms=terms)
    assert said(own + 1e-4, other, "loss", terms=terms) == ""


def test_stirlings_term_is_pytorchs():
    counts = np.array([0.0, 1.0, 5.0])
    assert stirling(counts).tolist() == [0, 0, 5 * np.log(5) - 5 + 0.5 * np.log(10 * np.pi)]


def test_another_loss_says_nothing():
    assert said(np.e, np.sqrt(7.7)) == ""
