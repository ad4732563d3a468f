"""Bilinear translation: exact for whole pixels, linear between them, transpose as adjoint, centre n // 2."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.physics import translation

shifts = st.floats(-9, 9, allow_nan=False)
whole = st.integers(-5, 5)
seeds = st.integers(0, 2**32 - 1)


def complex_image(seed: int, shape: tuple[int, ...]) -> np.ndarray:
    rng = np.random.default_rng(seed)
    return rng.normal(size=shape) + 1j * rng.normal(size=shape)


def test_content_moves_by_dx_columns_and_dy_rows():
    image = np.zeros((8, 8))
    image[3, 4] = 1.0
    moved = translation.translate(image, 2.0, -1.0)
    assert np.argwhere(moved).tolist() == [[2, 6]]


@given(seeds, whole, whole)
def test_whole_shifts_round_trip_exactly_inside(seed, dx, dy):
    image = np.pad(complex_image(seed, (6, 6)), 5)
    there = translation.translate(image, dx, dy)
    np.testing.assert_array_equal(there, np.roll(image, (dy, dx), (0, 1)))
    np.testing.assert_array_equal(translation.translate(there, -dx, -dy), image)


@given(seeds, shifts, shifts)
def test_fractional_shift_is_the_weighted_sum_of_four_whole_shifts(seed, dx, dy):
    image = complex_image(seed, (9, 9))
    x0, y0 = np.floor(dx), np.floor(dy)
    fx, fy = dx - x0, dy - y0
    expected = sum(
        wx * wy * translation.translate(image, x0 + sx, y0 + sy)
        for sx, wx in ((0, 1 - fx), (1, fx))
        for sy, wy in ((0, 1 - fy), (1, fy))
    )
    np.testing.assert_allclose(translation.translate(image, dx, dy), expected, atol=1e-12)


@given(seeds, shifts, shifts)
def test_adjoint(seed, dx, dy):
    a, b = complex_image(seed, (2, 8, 7))
    left = np.vdot(translation.translate(a, dx, dy), b)
    np.testing.assert_allclose(left, np.vdot(a, translation.adjoint(b, dx, dy)), atol=1e-11)


def test_each_patch_of_a_stack_has_its_own_shift():
    stack = complex_image(1, (3, 8, 8))
    dx, dy = np.array([0.0, 1.25, -2.0]), np.array([0.5, 0.0, 3.0])
    together = translation.translate(stack, dx, dy)
    alone = [translation.translate(patch, *shift) for patch, *shift in zip(stack, dx, dy, strict=True)]
    np.testing.assert_array_equal(together, alone)


@pytest.mark.parametrize(("n_out", "n_in"), [(12, 8), (8, 12), (13, 8), (12, 7), (9, 5)])
def test_sizes_share_the_centre_index_half_size(n_out, n_in):
    column = np.zeros(n_in)
    column[n_in // 2] = 1.0
    assert np.argmax(translation.matrix(n_out, n_in, 0.0) @ column) == n_out // 2


@given(seeds, st.sampled_from([7, 8]), st.floats(-3, 24), st.floats(-3, 20))
def test_cut_follows_the_coordinates_of_the_patch_centre(seed, size, x, y):
    image = complex_image(seed, (17, 21))
    rows = translation.matrix(size, 17, 17 // 2 - y)
    columns = translation.matrix(size, 21, 21 // 2 - x)
    patch = translation.cut(image, np.array([x]), np.array([y]), size)[0]
    np.testing.assert_allclose(patch, rows @ image @ columns.T, atol=1e-12)


def test_cut_at_a_whole_position_is_a_slice():
    image = complex_image(3, (30, 40))
    patch = translation.cut(image, np.array([20.0]), np.array([11.0]), 8)[0]
    np.testing.assert_array_equal(patch, image[7:15, 16:24])
