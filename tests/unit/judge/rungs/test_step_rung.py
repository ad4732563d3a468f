"""Rung 6 on sound and on damaged evidence."""

import numpy as np
import pytest

from harness.files import write_json

KERNEL = "amplitude.head.kernel"
FIRST, START = "torch/trajectory/first_{}.npz", "torch/lockstep/weights.npz"


def key(name):
    return name.replace(".", "__")


def red(case, **limits):
    return {name: check.status for name, check in case.bad("step", **limits).items()}


def test_sound(gs2, gs1_phase):
    assert red(gs2) == red(gs1_phase) == {}


@pytest.mark.parametrize("name", [KERNEL, f"{KERNEL}.first_moment", f"{KERNEL}.second_moment", "log_scale"])
@pytest.mark.parametrize(
    "change", [lambda a: a * (1 + 1e-8), lambda a: a * np.nan, lambda a: a.astype(np.float32), lambda a: -a]
)
def test_one_wrong_tensor_is_the_only_red_one(gs2, name, change):
    gs2.change_arrays(FIRST.format("float64"), **{key(name): change})
    assert red(gs2) == {f"float64.{name}": "fail"}


@pytest.mark.parametrize("name", [KERNEL, f"{KERNEL}.second_moment"])
def test_float32_is_held_against_noise(gs2, name):
    gs2.change_arrays(FIRST.format("float32"), **{key(name): lambda a: a * (1 + 4e-7)})
    assert red(gs2) == {}
    gs2.change_arrays(FIRST.format("float32"), **{key(name): lambda a: a * (1 + 1e-4)})
    assert red(gs2) == {f"float32.{name}": "fail"}


def test_a_trained_weight_that_did_not_move(gs2):
    start = np.load(gs2.path / START)[KERNEL]
    gs2.change_arrays(FIRST.format("float64"), **{key(KERNEL): start})
    bad = gs2.bad("step")
    assert set(bad) == {"torch.float64.moving", f"float64.{KERNEL}"}
    assert KERNEL in bad["torch.float64.moving"].message


def test_a_fixed_weight_that_moved(gs2):
    """The fixture trains the scale; where the scenario fixes it, both sides have moved what they must not."""
    gs2.change_scenario(model__scale_trainable=False)
    bad = gs2.bad("step")
    assert "fixed but moved: log_scale" in bad["torch.float64.moving"].message
    assert "log_scale.first_moment" in bad["torch.float64.state"].message


@pytest.mark.parametrize(("name", "check"), [(KERNEL, "present"), (f"{KERNEL}.first_moment", "state")])
def test_what_a_side_lacks_is_named(gs2, name, check):
    gs2.change_arrays(FIRST.format("float64"), **{key(name): None})
    bad = gs2.bad("step")
    assert set(bad) == {f"torch.float64.{check}"}
    assert name in bad[f"torch.float64.{check}"].message


def test_a_side_without_state_is_inconclusive(gs2):
    moments = [name for name in np.load(gs2.path / FIRST.format("float64")) if name.endswith("moment")]
    for precision in ("float32", "float64"):
        gs2.change_arrays(FIRST.format(precision), **{key(name): None for name in moments})
    assert red(gs2) == {"torch.float32.state": "inconclusive", "torch.float64.state": "inconclusive"}


def test_missing_evidence(gs2):
    gs2.stop("tensorflow", "trajectory", "ran out of time")
    assert set(red(gs2).values()) == {"error"}


def test_one_factor_in_all_moments_is_told_once(gs2):
    """A loss twice as large: first moments are doubled, second ones fourfold, and one kernel is wrong besides."""
    moments = {name for name in np.load(gs2.path / FIRST.format("float64")) if name.endswith("moment")}
    factors = {name: 2.0 if name.endswith("first_moment") else 4.0 for name in moments}
    changes = {key(name): lambda a, factor=factor: factor * a for name, factor in factors.items()}
    gs2.change_arrays(FIRST.format("float64"), **{**changes, key(KERNEL): lambda a: 1.01 * a})
    bad = gs2.bad("step")
    assert set(bad) == {"float64.factor.first_moment", "float64.factor.second_moment", f"float64.{KERNEL}"}
    assert "every first moment of torch is 2 times that of tensorflow" in bad["float64.factor.first_moment"].message
    assert "of the gradients squared) of torch is 4 times that" in bad["float64.factor.second_moment"].message


@pytest.mark.parametrize(("change", "told"), [(lambda a: a * (1 + 1e-8), False), (None, True)])
def test_weights_that_are_declared_to_differ_and_do_not_are_told(gs2, change, told):
    known = {"differs": "somehow", "reason": "agreed", "until": "2999-01-01"}
    write_json(gs2.path / "declared.json", {"differences": {KERNEL: known}})
    if change is not None:
        gs2.change_arrays(FIRST.format("float64"), **{key(KERNEL): change})
    assert red(gs2) == ({"no_longer_there": "fail"} if told else {f"float64.{KERNEL}": "declared"})
