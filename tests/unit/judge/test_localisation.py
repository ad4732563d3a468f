"""The first place in the order of the computation, and what it says."""

import numpy as np
import pytest

from harness.files import plain, read_json, write_json
from harness.judge.difference import difference
from harness.judge.localisation import LOCKSTEP_RUNGS, localise

F64, GRAFT = "torch/lockstep/stages_float64.npz", "torch/graft/stages.npz"
GRADIENTS, FIRST = "torch/lockstep/gradients_float64.npz", "torch/trajectory/first_float64.npz"
STEPS = "torch/trajectory/steps_float64.npz"


def found_in(case):
    return localise(case.evidence, [case.judge(rung) for rung in LOCKSTEP_RUNGS])


def test_nothing_where_nothing_is_red(gs2):
    assert found_in(gs2) is None


@pytest.mark.parametrize("value", ["../../etc/passwd", [1.0], {"a": 1.0}])
def test_a_loss_that_is_no_number_is_no_evidence_and_breaks_nothing(gs2, value):
    gs2.change_json("torch/lockstep/losses_float64.json", lambda losses: losses.update(loss=value))
    gs2.change_arrays(GRADIENTS, log_scale=lambda a: 2 * a)
    found = found_in(gs2)
    assert (found.first.stage, found.first.tensor) == ("gradient", "log_scale")


def test_the_first_stage_of_many(gs2):
    gs2.change_arrays(F64, exit_wave=lambda a: 1.5 * a, object_merged=lambda a: 1.01 * a, intensity=lambda a: 2 * a)
    gs2.change_arrays(GRADIENTS, log_scale=lambda a: 2 * a)
    gs2.change_arrays(GRAFT, object_merged=lambda a: 1.01 * a)
    found = found_in(gs2)
    assert (found.first.stage, found.first.tensor, found.first.first_step) == ("object_merged", "object_merged", 0)
    assert found.wrong_alone == ("object_merged",)
    assert found.difference.max_rel == pytest.approx(0.01)
    assert found.difference.cosine == pytest.approx(1)
    entry = found.as_json()
    assert plain(entry) == entry
    assert {"stage", "tensor", "first_step", "max_abs", "max_rel", "ulp"} <= set(entry)


def test_float32_is_looked_at_only_when_float64_agrees(gs2):
    gs2.change_arrays(F64.replace("64", "32"), encoder__0=lambda a: a * np.float32(1.01))
    found = found_in(gs2)
    assert (found.first.tensor, found.first.precision) == ("encoder.0", "float32")
    gs2.change_arrays(F64, intensity=lambda a: 1.01 * a)
    assert found_in(gs2).first.precision == "float64"


def test_gradients_are_followed_from_the_output_to_the_input(gs2):
    kernels = ("encoder__0__conv1__kernel", "amplitude__0__conv2__kernel", "phase__head__bias")
    gs2.change_arrays(GRADIENTS, **dict.fromkeys(kernels, lambda a: 2 * a))
    found = found_in(gs2)
    assert (found.first.stage, found.first.tensor) == ("gradient", "phase.head.bias")
    assert found.wrong_alone == ()


def test_the_optimisers_state_is_named_before_the_weights_that_it_moved(gs2):
    name = "amplitude__head__kernel"
    gs2.change_arrays(FIRST, **{f"{name}__second_moment": lambda a: 2 * a, name: lambda a: 2 * a})
    found = found_in(gs2)
    assert (found.first.tensor, found.first.first_step) == ("amplitude.head.kernel.second_moment", 1)


def test_the_first_step_of_a_trajectory(gs2):
    def late(values):
        return values * (1 + 1e-6 * (np.arange(len(values)) >= 4)[:, None])

    gs2.change_arrays(STEPS, encoder__0__conv1__kernel=late)
    found = found_in(gs2)
    assert (found.first.stage, found.first.tensor) == ("trajectory", "encoder.0.conv1.kernel")
    assert found.first.first_step == 5


def test_a_fault_that_both_sides_share_is_found_against_the_oracle(gs2):
    for backend in ("tensorflow", "torch"):
        gs2.change_arrays(f"{backend}/lockstep/stages_float64.npz", exit_wave=np.conj)
    found = found_in(gs2)
    assert (found.first.tensor, found.first.against) == ("exit_wave", "oracle")


@pytest.mark.parametrize("change", [lambda a: a * np.nan, lambda a: a[:1], lambda a: a.astype(np.float32)])
def test_what_cannot_be_measured_is_still_named(gs2, change):
    gs2.change_arrays(F64, encoder__1=change)
    found = found_in(gs2)
    assert found.first.tensor == "encoder.1"
    assert found.difference is None
    assert found.as_json()["max_abs"] is None


def test_stages_alone_that_were_not_tried(gs2):
    gs2.change_arrays(F64, encoder__1=lambda a: 2 * a)
    gs2.stop("torch", "graft", "killed")
    assert found_in(gs2).wrong_alone is None


def rounded(array):
    return array.astype(np.float32).astype(array.dtype)


def test_the_sides_that_computed_in_float32_are_kept(gs2):
    gs2.change_arrays(F64, encoder__1=rounded)
    assert found_in(gs2).as_json()["in_float32"] == ["torch"]
    gs2.change_arrays(F64.replace("torch", "tensorflow"), encoder__1=lambda a: rounded(1.01 * a))
    assert found_in(gs2).in_float32 == ("tensorflow", "torch")


def test_a_term_of_the_loss_in_float32_is_told_and_a_gradient_is_not(gs2):
    gs2.change_arrays(GRADIENTS, log_scale=lambda a: rounded(1.01 * a))
    assert found_in(gs2).in_float32 == ()
    path = gs2.path / "torch/lockstep/losses_float64.json"
    write_json(path, {name: float(np.float32(value)) for name, value in read_json(path).items()})
    found = found_in(gs2)
    assert (found.first.stage, found.in_float32) == ("loss", ("torch",))


def test_float32_that_was_asked_for_is_not_told(gs2):
    gs2.change_arrays(F64.replace("64", "32"), encoder__0=lambda a: a * np.float32(1.01))
    assert found_in(gs2).in_float32 == ()


def test_missing_evidence_is_passed_over(gs2):
    (gs2.path / "torch/lockstep/losses_float64.json").unlink()
    gs2.change_arrays(GRADIENTS, log_scale=lambda a: 2 * a)
    assert found_in(gs2).first.tensor == "log_scale"


def test_figures_of_a_difference():
    other = np.ones((2, 3))
    own = other.copy()
    own[1, 2] += 8 * np.spacing(1.0)
    found = difference(own, other)
    assert found.index == (1, 2)
    assert found.ulp == 8
    assert found.share == pytest.approx(1 / 6)
    assert found.max_rel == found.max_abs == 8 * np.spacing(1.0)
    assert difference(own, np.zeros((2, 3))).max_rel is None
    assert difference(1j * own, 1j * other).candidate == 1j * own[1, 2]
