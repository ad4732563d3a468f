"""The order of training: every group of an epoch once, epochs one after another, decided by the seeds."""

import numpy as np
import pytest

from harness.dataset import schedule
from harness.dataset.grouped import NOTHING
from harness.scenario.schema import GroupingSpec

X, Y = np.random.default_rng(0).uniform(0, 90, (2, 50))


@pytest.mark.parametrize("regroup", [True, False])
def test_each_epoch_walks_through_its_draw(regroup):
    spec = GroupingSpec(gridsize=2, groups=24, regroup=regroup)
    groups = schedule.training_groups(X, Y, spec, 3)
    batches = schedule.batch_order(spec, 3, 8, seed=1)
    assert groups.shape == (72 if regroup else 24, 4)
    assert batches.shape == (9, 8)
    for epoch in range(3):
        rows = np.sort(batches[3 * epoch : 3 * epoch + 3].ravel())
        np.testing.assert_array_equal(rows, np.arange(24) + (24 * epoch if regroup else 0))
        assert len(set(groups[rows, 0])) == 24


def test_epochs_differ_in_their_draw_and_their_order():
    spec = GroupingSpec(gridsize=1, groups=40)
    groups, batches = schedule.training_groups(X, Y, spec, 2), schedule.batch_order(spec, 2, 40, seed=1)
    assert np.any(groups[:40] != groups[40:])
    assert np.any(batches[0] != batches[1] - 40)


def test_the_seeds_decide():
    spec = GroupingSpec(gridsize=2, groups=16)
    np.testing.assert_array_equal(schedule.training_groups(X, Y, spec, 2), schedule.training_groups(X, Y, spec, 2))
    other = spec.model_copy(update={"seed": 7})
    assert np.any(schedule.training_groups(X, Y, other, 2) != schedule.training_groups(X, Y, spec, 2))
    assert np.any(schedule.batch_order(spec, 2, 8, 1) != schedule.batch_order(spec, 2, 8, 2))


@pytest.mark.parametrize("regroup", [True, False])
def test_the_last_batch_of_an_epoch_holds_what_is_left(regroup):
    order = schedule.batch_order(GroupingSpec(groups=20, regroup=regroup), 2, 8, 1)
    assert order.shape == (6, 8)
    assert [(batch != NOTHING).sum() for batch in order] == [8, 8, 4, 8, 8, 4]
    for epoch in (0, 1):
        first = 20 * epoch if regroup else 0
        rows = order[3 * epoch : 3 * epoch + 3]
        assert sorted(rows[rows != NOTHING]) == [*range(first, first + 20)]


@pytest.mark.parametrize(("limit", "expected"), [(12, 12), (64, 50)])
def test_the_test_groups_are_as_many_as_there_can_be(limit, expected):
    assert schedule.test_groups(X, Y, GroupingSpec(gridsize=2), limit).shape == (expected, 4)
