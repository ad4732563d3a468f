"""The mask in rung dataset: both sides leave out the pixels of the data, and nothing measured is left on these."""

import numpy as np
import pytest

from harness.dataset.simulate import simulate
from harness.files import write_npy

SIDES = ("tensorflow", "torch")


@pytest.fixture
def masked(gs2):
    """A case whose detector has a gap and a beamstop, of which both sides were told."""
    gs2.change_scenario(dataset__mask__gap=4, dataset__mask__gap_from=40, dataset__mask__beamstop=3.0)
    gs2.measure(simulate(gs2.scenario.dataset))
    for side in SIDES:
        write_npy(gs2.path / side / "lockstep/mask.npy", np.load(gs2.path / "dataset/mask.npy"))
    return gs2


def bad(case):
    return {name: check.status for name, check in case.bad("dataset").items()}


def test_a_mask_that_both_sides_have_is_green(masked):
    verdict = masked.judge("dataset")
    assert verdict.status == "pass"
    assert {"mask.data", "mask.described", "mask.zeros", "tensorflow.mask", "torch.mask"} <= {
        check.name for check in verdict.checks
    }


def test_without_a_mask_nothing_is_judged_of_one(gs2):
    assert not [check for check in gs2.judge("dataset").checks if "mask" in check.name]


@pytest.mark.parametrize("change", [np.logical_not, np.transpose, lambda m: m[:, :-1], lambda m: m.astype(float)])
def test_a_side_that_was_given_another_mask(masked, change):
    masked.change_array("torch/lockstep/mask.npy", change)
    assert bad(masked) == {"torch.mask": "fail"}


def test_a_side_that_was_given_no_mask_or_one_for_data_without(masked, gs1_phase):
    (masked.path / "torch/lockstep/mask.npy").unlink()
    assert bad(masked) == {"torch.mask": "fail"}
    write_npy(gs1_phase.path / "torch/lockstep/mask.npy", np.eye(64, dtype=bool))
    assert bad(gs1_phase).items() >= {"torch.mask": "fail"}.items()


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda mask: None, {"mask.data", "mask.described", "tensorflow.mask", "torch.mask"}),
        (np.logical_not, {"mask.data", "mask.described", "mask.zeros", "tensorflow.mask", "torch.mask"}),
    ],
)
def test_a_dataset_with_another_mask_than_asked_for(masked, change, expected):
    path = masked.path / "dataset/mask.npy"
    mask = change(np.load(path))
    path.unlink() if mask is None else write_npy(path, mask)
    assert set(bad(masked)) == expected


@pytest.mark.parametrize("name", ["train", "test"])
def test_a_pixel_that_does_not_count_and_holds_something(masked, name):
    masked.change_arrays(f"dataset/{name}.npz", X=lambda X: np.where(np.arange(64) == 41, np.float32(1e-7), X))
    assert bad(masked)["mask.zeros"] == "fail"


def test_data_whose_own_mask_is_lost(masked):
    masked.change_arrays("dataset/data.npz", mask=None)
    assert bad(masked) == {"mask.data": "fail"}
