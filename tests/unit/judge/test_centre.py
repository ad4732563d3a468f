"""The common centre of images of other sizes."""

import numpy as np
import pytest

from harness.judge.centre import in_common_centre

IMAGES = np.random.default_rng(3).normal(size=(2, 9, 8, 3))


def error_of(text: str) -> float:
    return float(text.partition("differ by ")[2].split()[0])


@pytest.mark.parametrize("pads", [((1, 1), (2, 2)), ((1, 0), (0, 1)), ((1, 2), (3, 2)), ((0, 0), (1, 0))])
def test_padding_alone_leaves_the_centre_equal(pads) -> None:
    padded = np.pad(IMAGES, ((0, 0), *pads, (0, 0)))
    for text in (in_common_centre(padded, IMAGES), in_common_centre(IMAGES, padded)):
        assert text == "; in their common centre, 9 x 8 pixels, they differ by 0 of the largest value"


def test_one_may_be_higher_and_the_other_wider() -> None:
    assert error_of(in_common_centre(IMAGES[:, 1:-1], IMAGES[:, :, 1:-1])) == 0


def test_what_else_is_wrong_is_not_hidden_by_the_size() -> None:
    padded = np.pad(1.5 * IMAGES, ((0, 0), (1, 1), (1, 1), (0, 0)))
    assert error_of(in_common_centre(padded, IMAGES)) == pytest.approx(0.5)


def test_what_is_not_finite_is_said() -> None:
    assert np.isnan(error_of(in_common_centre(IMAGES[:, 1:-1] * np.nan, IMAGES)))


def test_a_centre_of_zeros() -> None:
    assert error_of(in_common_centre(IMAGES[:, 1:-1], 0 * IMAGES)) == np.inf
    assert error_of(in_common_centre(0 * IMAGES[:, 1:-1], 0 * IMAGES)) == 0


@pytest.mark.parametrize("other", [IMAGES[:1], IMAGES[..., :2], IMAGES[0], IMAGES[0, 0]])
def test_arrays_that_differ_in_more_than_their_size_have_no_common_centre(other) -> None:
    assert in_common_centre(other, IMAGES) == ""
