"""The seed of a side must matter, and as much as the other side's."""

import numpy as np
import pytest

from harness.files import read_json, write_json
from harness.judge.spread import least_ratio
from tests.unit.judge.rungs.test_ensemble_rung import SEEDS, member

ALPHA = 0.01


def draws(seed, size, spread=1.0):
    return (spread * np.random.default_rng(seed).normal(size=size)).tolist()


def test_members_that_are_all_the_same_are_red(gs2):
    """A port that ignores its seed: each member is the first one once more."""
    for seed in SEEDS[1:]:
        for name in ("bundle/params.json", "train_outputs/history.json"):
            write_json(gs2.path / f"{member(seed)}torch" / name, read_json(gs2.path / "torch" / name))
    bad = gs2.bad("ensemble")
    assert bad["seed.torch"].message == "torch: nothing differs between its 3 members; its seed acts on nothing"
    assert "seed.tensorflow" not in bad
    assert bad["spread.scale"].status == "fail"


def test_sound_sides_are_seldom_called_unlike():
    """Independent members, which are harder than those of two ports: at most the level of the test."""
    alarms = sum(least_ratio(draws(seed, 16), draws(1000 + seed, 16), ALPHA) > 1.0 for seed in range(1000))
    assert alarms <= 2 * 2 * ALPHA * 1000


@pytest.mark.parametrize("spread", [6.0, 1 / 6.0])
def test_another_spread_is_seen_with_sixteen_members(spread):
    seen = [least_ratio(draws(seed, 16), draws(1000 + seed, 16, spread), ALPHA) > 4 for seed in range(100)]
    assert sum(seen) >= 95


def test_the_ratio_of_nothing():
    assert least_ratio([1.0, 1.0], [2.0, 2.0], ALPHA) == 1
    assert least_ratio([1.0, 1.0], [2.0, 3.0], ALPHA) == np.inf
