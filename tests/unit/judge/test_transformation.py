"""A tensor that is the other side's in another guise is recognised; one that is merely different is not."""

import re

import numpy as np
import pytest

from harness.judge.transformation import transformation

RNG = np.random.default_rng(5)
STAGE = RNG.normal(size=(5, 8, 8, 3)) + 1j * RNG.normal(size=(5, 8, 8, 3))
REAL = RNG.normal(size=(5, 8, 8, 3))


def noisy(array: np.ndarray) -> np.ndarray:
    """Rounding differs between sides, whatever they compute."""
    return array * (1 + 1e-7 * RNG.choice([-1, 1], array.shape))


@pytest.mark.parametrize(
    ("own", "other", "words"),
    [
        (-REAL, REAL, "with the opposite sign"),
        (STAGE.conj(), STAGE, "conjugated"),
        (STAGE.real + 0j, STAGE, "without its imaginary part"),
        (np.round(20 * REAL), 20 * REAL, "rounded to whole numbers"),
        (REAL[:, ::-1], REAL, "with rows reversed"),
        (REAL[:, :, ::-1], REAL, "with columns reversed"),
        (REAL[:, ::-1, ::-1], REAL, "turned by half a turn"),
        (REAL.swapaxes(1, 2), REAL, "with rows and columns swapped"),
        (REAL[[3, 1, 0, 4, 2]], REAL, "with its samples in another order"),
        (REAL[..., [2, 0, 1]], REAL, "with its channels in another order"),
        (1.25 * REAL, REAL, "times 1.25"),
        (REAL + 2e-4 * REAL, REAL, r"times 1 \+0.0002"),
        (2j * STAGE, STAGE, r"times 0\+2j|times .*\+2j"),
        (REAL + 0.5, REAL, "plus 0.5"),
        (-REAL[0, 0], REAL[0, 0], "with the opposite sign"),
    ],
)
def test_a_simple_change_is_recognised(own: np.ndarray, other: np.ndarray, words: str) -> None:
    assert re.search(words, transformation(noisy(own), other, of_stage=True))


def test_single_precision_is_recognised() -> None:
    assert (
        transformation(REAL.astype(np.float32).astype(np.float64), REAL, of_stage=True)
        == "a tensor of single precision"
    )


@pytest.mark.parametrize("own", [REAL, REAL + 0.1 * RNG.normal(size=REAL.shape), np.tanh(REAL), np.roll(REAL, 1, 1)])
def test_what_is_equal_or_merely_different_is_not_explained(own: np.ndarray) -> None:
    assert transformation(own, REAL, of_stage=True) == ""


def test_one_broken_element_is_not_explained() -> None:
    own = REAL.copy()
    own[2, 3, 4, 1] += 1.0
    assert transformation(own, REAL, of_stage=True) == ""


def test_the_axes_of_a_weight_are_not_those_of_a_stage() -> None:
    assert transformation(REAL[:, ::-1], REAL, of_stage=False) == ""
    assert "opposite sign" in transformation(-REAL, REAL, of_stage=False)


def test_a_scalar_is_a_multiple_of_any_other_and_says_nothing() -> None:
    assert transformation(np.array([6.9]), np.array([6.8]), of_stage=False) == ""


def test_a_reference_of_zeros_is_transformed_into_nothing() -> None:
    assert transformation(REAL, np.zeros_like(REAL), of_stage=True) == ""
