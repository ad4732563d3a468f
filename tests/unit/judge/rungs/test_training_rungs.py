"""Telemetry, patches and scale: what training leaves must be whole, alike and not collapsed."""

import numpy as np
import pytest
from safetensors.numpy import load_file, save_file

from harness.dataset.grouped import GroupedData
from harness.judge.telemetry import loss_floor

BACKENDS = ("tensorflow", "torch")
HISTORY, PATCHES = "torch/train_outputs/history.json", "torch/inference_outputs/patches.npz"


def set_metric(case, epoch, backend="torch", **values):
    def change(history):
        history["epochs"][epoch]["metrics"].update(values)

    case.change_json(f"{backend}/train_outputs/history.json", change)


def test_the_first_metric_that_broke_is_named(gs2):
    set_metric(gs2, 1, amplitude_mae=None)
    found = gs2.bad("telemetry")
    assert set(found) == {"torch.finite"}
    assert "amplitude_mae is not finite from epoch 2 on" in found["torch.finite"].message


@pytest.mark.parametrize("number", ["NaN", "Infinity", '"0.1"'])
def test_a_metric_that_is_no_finite_number(gs2, number):
    """A backend from elsewhere may write what JSON does not know."""
    text = (gs2.path / HISTORY).read_text().replace('"amplitude_mae": 0.1', f'"amplitude_mae": {number}', 1)
    (gs2.path / HISTORY).write_text(text)
    assert "amplitude_mae is not finite from epoch 1 on" in gs2.bad("telemetry")["torch.finite"].message


def test_a_final_loss_that_is_nan_fails_the_comparison_too(gs2):
    set_metric(gs2, 1, loss=None)
    assert set(gs2.bad("telemetry")) == {"torch.finite", "final_loss"}


def test_nan_on_both_sides_is_red_on_both(gs2):
    for backend in ("tensorflow", "torch"):
        set_metric(gs2, 0, backend, poisson=None)
    assert set(gs2.bad("telemetry")) == {f"{side}.{name}" for side in BACKENDS for name in ("finite", "replayed")}


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda h: h["epochs"].pop(), {"torch.steps", "learning_rate", "final_loss"}),
        (lambda h: h["epochs"].clear(), {"torch.steps", "learning_rate", "final_loss", "torch.replayed"}),
        (lambda h: h["epochs"][-1].update(step=3), {"torch.steps"}),
        (lambda h: h["epochs"][0]["metrics"].update(learning_rate=1.05e-3), {"learning_rate", "torch.replayed"}),
        (lambda h: h["epochs"][0]["metrics"].pop("learning_rate"), {"learning_rate", "torch.replayed"}),
    ],
)
def test_histories_that_do_not_fit(gs2, change, expected):
    gs2.change_json(HISTORY, change)
    assert set(gs2.bad("telemetry")) == expected


def test_losses_are_compared_above_their_floor(gs2):
    """Far apart in what training can change, although the numbers differ by a percent."""
    floor = loss_floor(gs2.evidence, "torch")
    set_metric(gs2, 1, "tensorflow", loss=floor + 0.01)
    set_metric(gs2, 1, "torch", loss=floor + 0.011)
    assert gs2.bad("telemetry") == {}
    set_metric(gs2, 1, "torch", loss=floor + 0.05)
    assert set(gs2.bad("telemetry")) == {"final_loss"}


def test_the_floor_is_that_of_the_patterns_which_the_last_epoch_was_fed(gs2):
    """Each epoch draws other groups; a loss can lie below the floor of those of another epoch."""
    data = GroupedData.load(gs2.path / "dataset/train.npz")
    setup = gs2.evidence.setup
    counts = (setup.intensity_scale * data.X.astype(np.float64)) ** 2
    floors = (counts - np.where(counts > 0, counts * np.log(np.maximum(counts, 1e-300)), 0)).sum(axis=(1, 2))
    first, last = (floors[data.groups[rows]].mean() / setup.nphotons for rows in np.split(data.batches.ravel(), 2))
    assert loss_floor(gs2.evidence, "torch") == pytest.approx(last)
    assert first != pytest.approx(last, rel=1e-3)


def test_a_training_that_died(gs2):
    gs2.stop("torch", "train", "out of memory")
    for rung in ("telemetry", "scale"):
        verdict = gs2.judge(rung)
        assert verdict.status == "error"
        assert "out of memory" in verdict.message


def test_collapsed_patches_are_red_even_on_both_sides(gs2):
    for backend in ("tensorflow", "torch"):
        gs2.change_arrays(f"{backend}/inference_outputs/patches.npz", patches=lambda a: np.ones_like(a) * a.mean())
    found = gs2.bad("patches")
    assert set(found) >= {"tensorflow.contrast", "torch.contrast"}
    told = "; both sides have collapsed, so this training learned nothing, or they share a fault"
    assert all(found[f"{side}.contrast"].message.endswith(told) for side in ("tensorflow", "torch"))


def test_a_side_that_collapsed_alone_is_not_excused(gs2):
    gs2.change_arrays(PATCHES, patches=lambda a: np.ones_like(a) * a.mean())
    found = gs2.bad("patches")
    assert "tensorflow.contrast" not in found
    assert "both sides" not in found["torch.contrast"].message


def test_phases_without_contrast_are_a_collapse_of_a_phase_object(gs1_phase):
    gs1_phase.change_arrays(PATCHES, patches=lambda a: a.mean(axis=(1, 2), keepdims=True) + 0 * a)
    assert "torch.contrast" in gs1_phase.bad("patches")


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda a: 1.2 * a, {"mean", "std", "var_zero_mean", "var_zero_mean_median"}),
        (lambda a: a.mean() + 1.3 * (a - a.mean()), {"std", "var_zero_mean"}),
        (lambda a: a[:-1], {"shape"}),
    ],
)
def test_patches_that_are_not_alike(gs2, change, expected):
    gs2.change_arrays(PATCHES, patches=change)
    if expected == {"shape"}:
        gs2.change_arrays(PATCHES, positions=change)
    assert set(gs2.bad("patches")) >= expected


def test_one_value_that_is_not_finite(gs2):
    def spoil(patches):
        patches[0, 32, 32, 0] = np.nan
        return patches

    gs2.change_arrays(PATCHES, patches=spoil)
    found = gs2.bad("patches")
    assert found["torch.finite"].status == "fail"
    assert found["mean"].status == "fail"


def set_scale(case, **values):
    case.change_json("torch/bundle/params.json", lambda params: params["intensity_scale"].update(values))


def set_log_scale(case, backend, scale):
    path = case.path / backend / "bundle" / "weights.safetensors"
    save_file(load_file(path) | {"log_scale": np.array(np.log(scale))}, path)


def move_everything(case, scale):
    """A side whose trained scale is `scale` wherever it is kept."""
    set_scale(case, final=scale)
    set_log_scale(case, "torch", scale)
    set_metric(case, 1, intensity_scale=scale)
    change = {"intensity_scale_restored": scale}
    case.change_json("torch/inference_outputs/stats.json", lambda stats: stats.update(change))


def test_a_scale_that_was_not_restored(gs2):
    gs2.change_json("torch/inference_outputs/stats.json", lambda stats: stats.update(intensity_scale_restored=1.0))
    assert set(gs2.bad("scale")) == {"torch.restored"}


def test_a_scale_that_was_restored_a_thousandth_off(gs2):
    wrong = {"intensity_scale_restored": 999.0820987 * 1.001}
    gs2.change_json("torch/inference_outputs/stats.json", lambda stats: stats.update(wrong))
    assert set(gs2.bad("scale")) == {"torch.restored"}


def test_training_that_started_elsewhere(gs2):
    set_scale(gs2, initial=1.0)
    assert set(gs2.bad("scale")) == {"torch.initial"}


def test_copies_that_differ(gs2):
    set_log_scale(gs2, "torch", 900.0)
    set_metric(gs2, 1, "tensorflow", intensity_scale=900.0)
    assert set(gs2.bad("scale")) == {"torch.weights", "tensorflow.history"}


def test_a_trainable_scale_must_move_and_a_fixed_one_must_not(gs2):
    initial = gs2.evidence.setup.intensity_scale
    move_everything(gs2, initial)
    assert set(gs2.bad("scale")) == {"torch.moved"}
    gs2.change_scenario(model__scale_trainable=False)
    assert set(gs2.bad("scale")) == {"tensorflow.fixed"}


def test_sides_and_closed_form(gs2):
    move_everything(gs2, 1200.0)
    assert set(gs2.bad("scale")) == {"sides"}
    move_everything(gs2, 3000.0)
    assert set(gs2.bad("scale")) == {"sides", "torch.closed_form"}
    move_everything(gs2, float("nan"))
    assert gs2.judge("scale").status != "pass"


def test_a_model_without_a_scale_is_inconclusive(gs2):
    set_scale(gs2, final=None)
    found = gs2.bad("scale")
    assert found["torch"].status == "inconclusive"
    assert "closed form" in found["torch"].message


ONE_EPOCH = "torch/trajectory/one_epoch.json"


def test_a_reported_loss_that_is_not_the_mean_of_its_steps(gs2):
    """As a mean over batches that are counted wrongly: 13/12 of what the steps had."""
    gs2.change_json(ONE_EPOCH, lambda epoch: epoch.update(loss=13 / 12 * epoch["loss"]))
    found = gs2.bad("telemetry")
    assert set(found) == {"torch.mean_loss"}
    assert "against the mean of its steps" in found["torch.mean_loss"].message


@pytest.mark.parametrize("distance", [2e-12, None])
def test_a_training_that_reading_its_weights_changes(gs2, distance):
    gs2.change_json(ONE_EPOCH, lambda epoch: epoch["unwatched"].update({"encoder.0.conv1.kernel": distance}))
    found = gs2.bad("trajectory")
    assert set(found) == {"torch.float64.unwatched"}
    assert found["torch.float64.unwatched"].status == "fail"
    assert found["torch.float64.unwatched"].message.startswith("torch: encoder.0.conv1.kernel after the steps")


def test_a_loss_that_was_not_reported_is_no_mean(gs2):
    gs2.change_json(ONE_EPOCH, lambda epoch: epoch.update(loss=None))
    assert gs2.bad("telemetry")["torch.mean_loss"].status == "fail"


def test_without_a_trajectory_there_is_no_mean_to_hold_the_loss_against(gs2):
    gs2.stop("torch", "trajectory", "killed")
    assert gs2.bad("telemetry") == {}


def test_a_training_that_did_not_lower_its_loss_fails_beside_one_that_did(gs2):
    set_metric(gs2, 1, loss=30.0)
    found = gs2.bad("telemetry")
    assert set(found) == {"torch.lowered", "final_loss"}
    assert found["torch.lowered"].status == "fail"
    assert "rose from" in found["torch.lowered"].message


def test_trainings_that_both_ended_above_their_start_decide_nothing(gs2):
    for backend in BACKENDS:
        set_metric(gs2, 1, backend, loss=30.0)
    found = {check.name: check for check in gs2.judge("telemetry").checks if check.name.endswith(".lowered")}
    assert {check.status for check in found.values()} == {"inconclusive"}
    assert set(found) == {f"{side}.lowered" for side in BACKENDS}
    assert "it is least in epoch 1" in found["torch.lowered"].message


def test_what_a_training_lowered_is_told(gs2):
    [check] = [check for check in gs2.judge("telemetry").checks if check.name == "torch.lowered"]
    assert check.status == "pass"
    assert "loss above its floor fell from" in check.message
