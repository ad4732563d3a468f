"""The ensemble: equivalent, different, or undecided, over members that must all be there and whole."""

import math

import numpy as np
import pytest
from scipy.special import xlogy

from harness.dataset.build import build
from harness.dataset.grouped import NOTHING, GroupedData
from harness.dataset.simulate import simulate
from harness.files import read_json, write_json
from harness.judge.ladder import judge_rung
from harness.judge.rungs.ensemble import ALPHA, LEVEL, QUANTITIES, members
from harness.judge.telemetry import loss_floor
from harness.judge.tolerances import resolve

SEEDS = (42, 43, 44)


def member(seed):
    return "" if seed == 42 else f"ensemble/{seed}/"


def set_scales(case, *factors):
    """Give the candidate of each member so many times the reference's final scale."""
    for seed, factor in zip(SEEDS, factors, strict=True):
        reference = case.path / f"{member(seed)}tensorflow/bundle/params.json"
        scale = read_json(reference)["intensity_scale"]["final"]
        case.change_json(
            f"{member(seed)}torch/bundle/params.json",
            lambda p, value=scale * factor: p["intensity_scale"].update(final=value),
        )


def set_loss(case, seed, loss, backend="torch"):
    def change(history):
        history["epochs"][-1]["metrics"]["loss"] = loss

    case.change_json(f"{member(seed)}{backend}/train_outputs/history.json", change)


def test_the_level_is_shared_among_the_quantities():
    assert ALPHA * len(QUANTITIES) == pytest.approx(LEVEL) == 0.05


def test_every_quantity_is_decided(gs2):
    checks = {check.name: check for check in gs2.judge("ensemble").checks}
    spread = {f"spread.{name}" for name in QUANTITIES} | {"seed.tensorflow", "seed.torch"}
    assert set(checks) == {*QUANTITIES, *spread}
    assert "torch minus tensorflow over 3 seeds" in checks["scale"].message
    assert "98 % interval" in checks["scale"].message
    assert checks["scale"].limit == 0.05


def test_without_seeds_it_is_skipped_and_says_how_to_ask(gs2):
    gs2.change_scenario(ensemble__seeds=0)
    verdict = gs2.judge("ensemble", ensemble__scale=0.01)
    assert verdict.status == "skipped"
    assert "--parity-override ensemble.seeds=16" in verdict.message


def test_without_a_truth_the_seeds_are_compared_in_everything_else(gs2):
    gs2.change_scenario(dataset__source="file", dataset__file="scan.npz")
    checks = {check.name: check for check in gs2.judge("ensemble").checks}
    rest = {name for name in QUANTITIES if name != "pearson_r"}
    spread = {f"spread.{name}" for name in rest} | {"seed.tensorflow", "seed.torch"}
    assert set(checks) == {"pearson_r", *rest, *spread}
    assert [name for name, check in checks.items() if check.status == "skipped"] == ["pearson_r"]
    assert "dataset.reference_iterations" in checks["pearson_r"].message


@pytest.mark.parametrize("factor", [1.2, 1 / 1.2])
def test_a_side_that_is_off_in_every_member_is_different(gs2, factor):
    set_scales(gs2, factor, factor * 1.001, factor * 0.999)
    check = gs2.bad("ensemble")["scale"]
    assert check.status == "fail"
    assert check.message.endswith("different")
    assert check.margin < 0


def test_a_side_that_is_off_in_one_member_only_is_undecided(gs2):
    set_scales(gs2, 1.0, 1.0, 1.1)
    check = gs2.bad("ensemble")["scale"]
    assert check.status == "inconclusive"
    assert "seeds would decide, with a chance of 0.8" in check.message
    assert check.value > check.limit


def test_the_rung_speaks_of_what_asks_for_the_most_seeds(gs2):
    set_scales(gs2, 1.0, 1.0, 1.1)
    set_loss(gs2, 44, 50.0)
    verdict = gs2.judge("ensemble", ensemble__spread=1e12)
    undecided = {check.name: check for check in verdict.checks if check.status == "inconclusive"}
    assert undecided.keys() >= {"scale", "final_loss"}
    assert list(QUANTITIES).index("scale") < list(QUANTITIES).index("final_loss")
    assert verdict.message == undecided["final_loss"].message
    assert verdict.margin == undecided["final_loss"].margin


def test_a_mean_on_the_bound_says_that_no_number_would_decide(gs2):
    step = 0.001
    set_scales(gs2, math.exp(0.05), math.exp(0.05 + step), math.exp(0.05 - step))
    check = gs2.bad("ensemble")["scale"]
    assert check.status == "inconclusive"
    assert "10000 seeds would not decide" in check.message


def test_the_sides_can_be_swapped(gs2):
    set_scales(gs2, 1.01, 1.05, 1.02)
    limits = resolve("stable", {}, {})
    found = []
    for pair in (("tensorflow", "torch"), ("torch", "tensorflow")):
        evidence = type(gs2.evidence)(gs2.path, pair)
        found.append({c.name: (c.status, c.value) for c in judge_rung("ensemble", evidence, limits).checks})
    for name in QUANTITIES:
        assert found[0][name] == (found[1][name][0], pytest.approx(found[1][name][1]))


@pytest.mark.parametrize("backends", [("torch",), ("tensorflow",), ("tensorflow", "torch")])
@pytest.mark.parametrize("seed", SEEDS)
def test_a_loss_that_is_nan_in_any_member_fails(gs2, backends, seed):
    for backend in backends:
        set_loss(gs2, seed, None, backend)
    check = gs2.bad("ensemble")["final_loss"]
    assert (check.status, check.value) == ("fail", None)
    assert "1 of 3 seeds have no finite value" in check.message


@pytest.mark.parametrize(("factor", "bad"), [(1.5, {"final_loss"}), (1.1, set())])
def test_losses_are_compared_above_their_floor(gs2, factor, bad):
    floor = loss_floor(gs2.evidence, "tensorflow")
    for number, seed in enumerate(SEEDS):
        set_loss(gs2, seed, floor + 0.01 * (1 + 0.01 * number), "tensorflow")
        set_loss(gs2, seed, floor + 0.01 * factor * (1 + 0.01 * number))
    assert set(gs2.bad("ensemble")) == bad


@pytest.mark.parametrize("batch_size", [4, 3])
def test_a_member_is_held_against_the_floor_of_the_batches_that_it_was_trained_on(gs2, tmp_path, batch_size):
    """8 groups: of two batches of 4 the order is all the same; of 3, 3 and 2 the last two count for more."""
    gs2.change_scenario(training__batch_size=batch_size)
    training, raw = gs2.scenario.training.model_copy(update={"seed": 43}), simulate(gs2.scenario.dataset)
    build(gs2.scenario, raw, gs2.path / "dataset")
    build(gs2.scenario.model_copy(update={"training": training}), raw, tmp_path / "dataset")
    own, member = loss_floor(gs2.evidence, "torch"), loss_floor(members(gs2.evidence)[1], "torch")
    assert member == pytest.approx(floor_of(tmp_path / "dataset", gs2.evidence), rel=1e-12)
    assert (member == pytest.approx(own, rel=1e-12)) == (batch_size == 4)


def floor_of(dataset, evidence):
    """Smallest loss of the last epoch of a training that is fed from a dataset folder."""
    data, nphotons = GroupedData.load(dataset / "train.npz"), evidence.setup.nphotons
    counts = (evidence.setup.intensity_scale * data.X.astype(np.float64)) ** 2
    floors = (counts - xlogy(counts, counts)).sum(axis=(1, 2)) / nphotons
    epoch = data.batches[len(data.batches) // 2 :]
    return np.mean([floors[data.groups[rows[rows != NOTHING]]].mean() for rows in epoch])


def test_a_loss_below_its_floor_fails(gs2):
    set_loss(gs2, 44, -1e9)
    assert gs2.bad("ensemble")["final_loss"].status == "fail"


@pytest.mark.parametrize("whole", [False, True])
def test_patches_and_pictures_that_are_not_finite_fail(gs2, whole):
    where = slice(None) if whole else (0, 32, 32, 0)

    def broken(array):
        array = array.copy()
        array[where if array.ndim == 4 else (slice(None) if whole else (50, 50))] = math.nan
        return array

    gs2.change_arrays("ensemble/43/torch/inference_outputs/patches.npz", patches=broken)
    gs2.change_array("ensemble/43/torch/inference_outputs/amplitude.npy", broken)
    found = gs2.bad("ensemble")
    assert {name: check.status for name, check in found.items()} == dict.fromkeys(
        ("pearson_r", "patch_mean", "patch_std"), "fail"
    )


def test_a_picture_of_another_level_is_different(gs2):
    for seed in SEEDS:
        gs2.change_arrays(f"{member(seed)}torch/inference_outputs/patches.npz", patches=lambda p: 1.2 * p)
    assert set(gs2.bad("ensemble")) == {"patch_mean", "patch_std"}


def test_a_picture_that_shows_less_of_the_truth_is_different(gs2):
    for seed in SEEDS:
        gs2.change_array(f"{member(seed)}torch/inference_outputs/amplitude.npy", lambda a: a.T)
    assert {name: check.status for name, check in gs2.bad("ensemble").items()} == {"pearson_r": "fail"}


def test_a_member_that_is_missing_is_an_error(gs2):
    gs2.change_scenario(ensemble__seeds=4)
    found = gs2.bad("ensemble")
    assert {check.status for check in found.values()} == {"error"}
    assert set(found) == set(QUANTITIES)
    assert "ensemble/45/jobs.json: is missing" in found["scale"].message


def test_a_member_whose_job_failed_is_an_error_with_its_sentence(gs2):
    gs2.change_json("ensemble/44/jobs.json", lambda jobs: [j.update(status="failed", error="killed") for j in jobs])
    assert "killed" in gs2.bad("ensemble")["scale"].message
    assert gs2.judge("ensemble").status == "error"


def test_a_member_that_a_side_cannot_train_is_inconclusive(gs2):
    here = gs2.path / "ensemble" / "43" / "torch"
    for path in [*(here / "train_outputs").iterdir(), *(here / "bundle").iterdir()]:
        path.unlink()
    write_json(here / "train_outputs" / "missing.json", {"train": "torch cannot do 'train'"})
    found = gs2.bad("ensemble")
    assert {name: check.status for name, check in found.items()} == dict.fromkeys(
        ("scale", "final_loss"), "inconclusive"
    )
