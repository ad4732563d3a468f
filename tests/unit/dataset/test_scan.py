"""Scan positions stay on the object, and the split is by rank along y."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dataset import scan


@given(st.integers(90, 200), st.integers(90, 200), st.floats(0, 8), st.integers(0, 2**32 - 1))
def test_every_patch_keeps_the_buffer_free(height, width, buffer, seed):
    x, y = scan.random_positions((height, width), 64, 50, buffer, seed)
    assert x.min() - 32 >= buffer
    assert y.min() - 32 >= buffer
    assert x.max() + 31 <= width - 1 - buffer
    assert y.max() + 31 <= height - 1 - buffer


def test_positions_are_not_on_a_grid_and_follow_the_seed():
    x, y = scan.random_positions((392, 392), 64, 512, 10, 42)
    again = scan.random_positions((392, 392), 64, 512, 10, 42)
    np.testing.assert_array_equal(np.stack([x, y]), np.stack(again))
    assert np.abs(x - np.rint(x)).max() > 0.4
    assert len(np.unique(x)) == 512


def test_an_object_without_room_is_refused():
    with pytest.raises(ValueError, match="no room"):
        scan.random_positions((80, 392), 64, 10, 10, 42)


def test_the_lower_half_along_y_trains():
    x, y = np.random.default_rng(0).normal(size=(2, 101))
    train = scan.split_half(x, y)
    assert train.sum() in (50, 51)
    assert y[train].max() < y[~train].min()
    assert scan.split_half(np.arange(6), np.zeros(6)).tolist() == [True] * 3 + [False] * 3


@pytest.mark.parametrize(
    ("points", "trained"),
    [
        ([0, 1, 2, 2, 2, 2], [0, 1]),  # the half lies among the exposures of the topmost point
        ([0, 1, 1, 1, 2, 3], [0, 1]),  # the half lies among the exposures of a point
        ([3, 1, 0, 2, 1, 3, 0, 2], [0, 1]),  # the whole scan twice
        ([0, 0, 0, 0, 1], [0]),
        ([7, 7, 7], [7]),
        ([7], [7]),
    ],
)
@pytest.mark.parametrize("one_row", [False, True])
def test_patterns_at_one_position_are_never_parted(points, trained, one_row):
    along = np.array(points, dtype=np.float64)
    x, y = (along, np.zeros(len(along))) if one_row else (np.full(len(along), 5.0), along)
    train = scan.split_half(x, y)
    assert set(along[train]) & set(along[~train]) == set()
    if not one_row:
        assert set(along[train]) == set(trained)
