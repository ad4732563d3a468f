"""Groups: seeds without replacement, members among the neighbours, offsets with the contract's sign."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dataset import grouping
from harness.errors import HarnessError

seeds = st.integers(0, 2**32 - 1)


def positions(seed: int, count: int) -> tuple[np.ndarray, np.ndarray]:
    return tuple(np.random.default_rng(seed).uniform(0, 100, (2, count)))


@given(seeds, st.integers(4, 40), st.integers(3, 9))
def test_members_come_from_the_nearest_neighbours_of_the_seed(seed, count, neighbor_count):
    x, y = positions(seed, count)
    groups = grouping.draw_groups(x, y, count, 4, neighbor_count, np.random.default_rng(seed))
    assert groups.shape == (count, 4)
    assert sorted(groups[:, 0]) == list(range(count))
    distance = np.hypot(x[:, None] - x, y[:, None] - y)
    for group in groups:
        assert len(set(group)) == 4
        nearest = np.argsort(distance[group[0]])[1 : neighbor_count + 1]
        assert set(group[1:]) <= set(nearest)


@given(seeds)
def test_groups_of_one_are_the_seeds(seed):
    x, y = positions(seed, 20)
    groups = grouping.draw_groups(x, y, 12, 1, 4, np.random.default_rng(seed))
    assert groups.shape == (12, 1)
    assert len(set(groups.ravel())) == 12


def test_every_neighbour_gets_drawn():
    x, y = positions(0, 30)
    rng = np.random.default_rng(0)
    draws = [group for _ in range(40) for group in grouping.draw_groups(x, y, 30, 4, 5, rng)]
    partners = [{member for group in draws if group[0] == seed for member in group[1:]} for seed in range(30)]
    assert partners == [set(row) for row in grouping.nearest(x, y, 5)]


def test_the_generator_decides():
    x, y = positions(0, 30)
    first, again, other = (grouping.draw_groups(x, y, 20, 4, 5, np.random.default_rng(seed)) for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert np.any(first != other)


def test_equal_positions_are_no_trouble():
    x, y = np.zeros(9), np.zeros(9)
    nearest = grouping.nearest(x, y, 4)
    assert nearest.shape == (9, 4)
    assert all(row not in found for row, found in enumerate(nearest))


@pytest.mark.parametrize(
    ("count", "available", "members", "neighbor_count", "sentence"),
    [
        (6, 5, 1, 4, "6 groups need as many positions to start from, and there are 5"),
        (2, 3, 4, 4, "a group needs 4 positions, and there are 3"),
        (2, 9, 4, 2, "neighbor_count 2 is too small for groups of 4"),
    ],
)
def test_too_few_is_one_sentence(count, available, members, neighbor_count, sentence):
    with pytest.raises(HarnessError, match=sentence):
        grouping.draw_groups(*positions(0, available), count, members, neighbor_count, np.random.default_rng(0))


@given(seeds)
def test_relative_offsets_are_minus_the_distance_from_the_centre(seed):
    x, y = positions(seed, 12)
    groups = grouping.draw_groups(x, y, 8, 4, 5, np.random.default_rng(seed))
    offsets, relative = grouping.centre(x, y, groups)
    assert offsets.shape == (8, 1, 2, 1)
    assert relative.shape == (8, 1, 2, 4)
    np.testing.assert_allclose(offsets[:, 0, 0, 0] - relative[:, 0, 0].T, x[groups].T)
    np.testing.assert_allclose(offsets[:, 0, 1, 0] - relative[:, 0, 1].T, y[groups].T)
    np.testing.assert_allclose(relative.sum(axis=-1), 0, atol=1e-9)
