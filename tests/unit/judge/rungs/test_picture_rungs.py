"""Canvas, reconstruction, agreement and exchange: each way a picture can be wrong must be red somewhere."""

import shutil

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.physics.canvas import place
from harness.run.legs.statistics import central

BACKENDS = ("tensorflow", "torch")


def pictures(case, change, leg="inference_outputs", backend="torch"):
    """Change both stored pictures of a leg in the same way."""
    for name in ("amplitude", "phase", "coverage"):
        case.change_array(f"{backend}/{leg}/{name}.npy", change)


def amplitude(case, change, backend="torch"):
    case.change_array(f"{backend}/inference_outputs/amplitude.npy", change)


def patches(case, change, backend="torch"):
    case.change_arrays(f"{backend}/inference_outputs/patches.npz", patches=change)


def facts(case, **values):
    case.change_json("torch/inference_outputs/canvas.json", lambda record: record.update(values))


def test_a_canvas_that_is_too_small(gs2):
    pictures(gs2, lambda a: a[40:-40, 40:-40])
    facts(gs2, size=len(np.load(gs2.path / "torch/inference_outputs/phase.npy")))
    assert set(gs2.bad("canvas")) >= {"torch.fits_canvas", "torch.stated", "torch.loss_fraction", "sides"}


@pytest.mark.parametrize(("key", "value"), [("fits_canvas", False), ("required", 78)])
def test_a_canvas_that_says_something_else_of_itself(gs2, key, value):
    facts(gs2, **{key: value})
    assert set(gs2.bad("canvas")) == {"torch.stated"}


@pytest.mark.parametrize(
    "change",
    [lambda p: p[..., ::-1], lambda p: -p, lambda p: p + 0.5, lambda p: p[:1] + 0 * p],
)
def test_positions_that_are_not_the_datasets(gs2, change):
    gs2.change_arrays("torch/inference_outputs/patches.npz", positions=change)
    assert "torch.positions" in gs2.bad("canvas")


def test_a_centre_that_is_not_the_datasets(gs2):
    facts(gs2, centre_x=gs2.evidence.canvas("torch").centre[0] + 0.5)
    assert set(gs2.bad("canvas")) == {"torch.positions", "sides"}


@pytest.mark.parametrize("change", [np.transpose, lambda a: np.roll(a, 1, axis=0), lambda a: a[::-1]])
def test_a_picture_that_was_put_together_otherwise(gs2, change):
    pictures(gs2, change)
    assert set(gs2.bad("canvas")) == {"torch.coverage", "torch.stitched"}


def test_a_picture_that_was_not_divided_by_its_coverage(gs2):
    coverage = np.load(gs2.path / "torch/inference_outputs/coverage.npy")
    amplitude(gs2, lambda a: a * coverage)
    assert set(gs2.bad("canvas")) == {"torch.stitched"}


def test_one_pixel_that_is_not_finite(gs2):
    def spoil(a):
        a[80, 80] = np.inf
        return a

    amplitude(gs2, spoil)
    assert gs2.bad("canvas")["torch.finite"].status == "fail"
    assert gs2.bad("reconstruction")["torch.finite"].status == "fail"


def test_a_constant_picture_has_no_correlation_and_fails(gs2):
    amplitude(gs2, lambda a: np.ones_like(a))
    found = gs2.bad("reconstruction")["torch.pearson_r"]
    assert (found.status, found.value) == ("fail", None)
    assert gs2.bad("agreement")["pearson_r"].status == "fail"
    assert gs2.bad("agreement")["pearson_gap"].status == "fail"


@pytest.mark.parametrize("change", [np.transpose, lambda a: a[::-1], lambda a: a[:, ::-1]])
def test_a_picture_of_something_else(gs2, change):
    amplitude(gs2, change)
    assert "torch.pearson_r" in gs2.bad("reconstruction")
    assert "pearson_r" in gs2.bad("agreement")


def test_a_conjugated_phase(gs1_phase):
    gs1_phase.change_array("torch/inference_outputs/phase.npy", lambda a: -a)
    assert "torch.pearson_r" in gs1_phase.bad("reconstruction")


def test_a_picture_in_the_wrong_place(gs2):
    for backend in BACKENDS:
        pictures(gs2, lambda a: np.roll(a, 2, axis=1), backend=backend)
    assert {"tensorflow.shift", "torch.shift"} <= set(gs2.bad("reconstruction"))
    pictures(gs2, lambda a: np.roll(a, -2, axis=1))
    assert "shift" in gs2.bad("agreement")


def test_an_amplitude_that_the_scale_would_hide(gs2):
    amplitude(gs2, lambda a: 0.5 * a)
    found = gs2.bad("reconstruction")
    assert set(found) == {"torch.level_error"}
    assert found["torch.level_error"].value == pytest.approx(0.5, abs=0.02)
    assert set(gs2.bad("agreement")) == {"scale"}


def copied(case, factor=1.0):
    """Make the candidate's picture the reference side's, times a factor; phases and coverage, too."""
    for name in ("phase", "coverage", "amplitude"):
        own = np.load(case.path / f"tensorflow/inference_outputs/{name}.npy")
        case.change_array(
            f"torch/inference_outputs/{name}.npy", lambda _, own=own, n=name: own * (factor if n == "amplitude" else 1)
        )


@pytest.mark.parametrize("factor", [1.01, 0.99])
def test_a_scale_error_of_one_percent_is_reported_as_that_and_as_nothing_else(gs2, factor):
    copied(gs2, factor)
    size = abs(np.log(factor))
    found = gs2.bad("agreement", agreement__scale=0.99 * size)
    assert set(found) == {"scale"}
    assert found["scale"].value == pytest.approx(size, rel=1e-9)
    assert "scale" not in gs2.bad("agreement", agreement__scale=1.01 * size)
    perfect = {"pearson_r": 0.999999, "ssim": 0.999999, "ms_ssim": 0.999999, "frc50": 0.499999}
    limits = {f"agreement__amplitude__{name}": limit for name, limit in perfect.items()}
    assert gs2.bad("agreement", **limits, agreement__amplitude__rescaled_mae=1e-9) == {}


def test_a_scale_error_of_one_percent_between_ports_is_red_where_training_makes_no_noise(gs2):
    """The band of rung 13 allows for training; the same trained weights leave no room for one percent."""
    gs2.change_arrays("torch/exchange/patches.npz", patches=lambda a: 1.01 * a)
    gs2.change_array("torch/exchange/amplitude.npy", lambda a: 1.01 * a)
    assert set(gs2.bad("exchange")) == {"tensorflow_to_torch.patches", "tensorflow_to_torch.canvas"}


def test_a_ramp_of_the_phase_is_a_fault(gs1_phase):
    def tilt(phase):
        return phase + 0.02 * (np.arange(len(phase)) - len(phase) // 2)

    for backend in BACKENDS:
        gs1_phase.change_array(f"{backend}/inference_outputs/phase.npy", tilt)
    found = gs1_phase.bad("reconstruction")
    assert {"tensorflow.ramp", "torch.ramp"} <= set(found)
    assert found["torch.ramp"].value == pytest.approx(0.02, abs=5e-4)
    assert "ramp" not in gs1_phase.bad("agreement")
    gs1_phase.change_array("torch/inference_outputs/phase.npy", lambda a: a - 0.02 * np.arange(len(a)))
    assert gs1_phase.bad("agreement")["ramp"].value == pytest.approx(0.02, abs=5e-4)


@pytest.mark.parametrize("rung", ["reconstruction", "agreement"])
def test_the_free_ramp_and_shift_of_measured_data_are_bounded(gs1_phase, rung):
    gs1_phase.change_scenario(dataset__source="file", dataset__file="a.npz", dataset__reference_iterations=5)
    assert not {"torch.ramp", "torch.shift", "ramp", "shift"} & set(gs1_phase.bad(rung))
    pictures(gs1_phase, lambda a: np.roll(a, 2, axis=1))
    gs1_phase.change_array("torch/inference_outputs/phase.npy", lambda a: a + 0.02 * np.arange(len(a)))
    names = ("torch.ramp", "torch.shift") if rung == "reconstruction" else ("ramp", "shift")
    assert set(names) <= set(gs1_phase.bad(rung))


@pytest.mark.parametrize(
    ("name", "holds", "fails"),
    [
        ("amplitude__ms_ssim", 0.9, 0.99999),
        ("amplitude__frc50", 0.05, 0.49999),
        ("amplitude__pearson_r", 0.95, 0.99999),
        ("amplitude__ssim", 0.9, 0.99999),
        ("amplitude__rescaled_mae", 0.1, 0.001),
        ("amplitude__rmse", 0.9, 0.1),
        ("amplitude__skill__even_part", 0.9, 0.9999),
        ("amplitude__skill__constant_patch", 0.9, 0.99999),
        ("amplitude__contrast", 0.9, 0.9999),
    ],
)
def test_limits_of_the_scenario_are_judged_for_both_sides(gs2, name, holds, fails):
    limit = f"reconstruction__{name}"
    assert gs2.bad("reconstruction", **{limit: holds}) == {}
    found = gs2.bad("reconstruction", **{limit: fails})
    dotted = name.replace("__", ".")
    assert set(found) == {f"tensorflow.{dotted}", f"torch.{dotted}"}
    assert {check.origin for check in found.values()} == {"scenario gs.yaml:3"}
    assert all(check.margin < 0 for check in found.values())


def test_the_twin_margin_sees_flipped_patches(gs2):
    patches(gs2, lambda a: np.conj(a[:, ::-1, ::-1]))
    found = gs2.bad("reconstruction", reconstruction__twin_margin=0.3)
    assert set(found) == {"torch.twin_margin"}
    assert found["torch.twin_margin"].value < -0.9


def test_a_limit_that_no_check_asks_for_is_an_error(gs2):
    with pytest.raises(HarnessError, match="unknown limit"):
        gs2.judge("reconstruction", reconstruction__amplitude__sssim=0.5)
    found = gs2.bad("telemetry", telemetry__final_loss=0.3)
    assert found == {}


def test_a_limit_that_is_left_over_is_an_error(gs2, monkeypatch):
    from harness.judge.rungs import exchange

    monkeypatch.setattr(exchange, "_compare_patches", lambda *anything: None)
    found = gs2.bad("exchange", exchange__patches=1e-3)
    assert found["patches"].status == "error"
    assert "no check of this case asks for it" in found["patches"].message


def test_without_a_truth_there_is_no_reconstruction_to_judge(gs2):
    (gs2.path / "dataset/truth.json").unlink()
    assert {check.status for check in gs2.bad("reconstruction").values()} == {"error"}


@pytest.fixture
def measured(gs1_phase):
    """A case of measured data whose scenario asks for no reference reconstruction, so that no truth was written."""
    gs1_phase.change_scenario(dataset__source="file", dataset__file="scan.npz")
    for name in ("truth.json", "ground_truth_amp.npy", "ground_truth_phase.npy"):
        (gs1_phase.path / "dataset" / name).unlink()
    return gs1_phase


def test_measured_data_without_a_reference_say_how_to_get_one(measured):
    verdict = measured.judge("reconstruction")
    assert verdict.status == "skipped"
    assert "dataset.reference_iterations, 40 say, makes one" in verdict.message


@pytest.mark.parametrize(
    ("rung", "left_out"),
    [("patches", {"tensorflow.contrast", "torch.contrast"}), ("agreement", {"pearson_gap"}), ("exchange", set())],
)
def test_without_a_reference_the_sides_are_still_compared(measured, rung, left_out):
    verdict = measured.judge(rung)
    assert verdict.status == "pass"
    assert {check.name for check in verdict.checks if check.status == "skipped"} == left_out


def test_without_a_reference_sides_that_differ_are_still_red(measured):
    measured.change_array("torch/inference_outputs/phase.npy", lambda a: -a)
    patches(measured, lambda p: 1.5 * p)
    assert measured.bad("agreement")["pearson_r"].status == "fail"
    assert measured.bad("patches")["mean"].status == "fail"


def test_a_reference_that_was_asked_for_and_is_missing_is_an_error(measured):
    measured.change_scenario(dataset__reference_iterations=5)
    assert {check.status for check in measured.bad("reconstruction").values()} == {"error"}
    assert measured.bad("agreement")["pearson_gap"].status == "error"


def test_one_side_read_twice_is_not_two_sides(gs2):
    shutil.copy(gs2.path / "torch/bundle/weights.safetensors", gs2.path / "tensorflow/bundle/weights.safetensors")
    found = gs2.bad("agreement")["two_sides"]
    assert found.status == "error"
    assert "one side was compared with itself" in found.message


def test_equal_distance_and_equal_pictures_are_two_questions(gs2):
    amplitude(gs2, lambda a: a + 0.5 * np.random.default_rng(0).normal(size=a.shape))
    assert set(gs2.bad("agreement")) >= {"pearson_r", "pearson_gap"}


def test_canvases_of_another_size(gs2):
    pictures(gs2, lambda a: a[:-2, :-2])
    facts(gs2, size=len(np.load(gs2.path / "torch/inference_outputs/phase.npy")))
    found = gs2.bad("agreement")["sides"]
    assert found.status == "error"
    assert "canvases of the sides differ" in found.message


def test_an_inference_that_died_leaves_the_other_side_judged(gs2):
    gs2.stop("torch", "infer", "time limit of 60 s")
    verdict = gs2.judge("reconstruction")
    assert {check.name: check.status for check in verdict.checks}["tensorflow.pearson_r"] == "pass"
    assert verdict.status == "error"
    assert "time limit of 60 s" in verdict.message


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        (lambda a: a * 1.001, "largest difference"),
        (lambda a: np.roll(a, 1, axis=2), "largest difference"),
        (lambda a: a * np.nan, "not finite"),
        (lambda a: np.pad(a[:, 1:-1, 1:-1], 0), "patches are"),
    ],
)
def test_exchanged_patches_that_differ(gs2, change, problem):
    gs2.change_arrays("torch/exchange/patches.npz", patches=change)
    found = gs2.bad("exchange")
    assert set(found) == {"tensorflow_to_torch.patches"}
    assert problem in found["tensorflow_to_torch.patches"].message


@pytest.mark.parametrize("change", [lambda a: a * 1.001, np.transpose, lambda a: a * np.nan])
def test_exchanged_pictures_that_differ(gs2, change):
    gs2.change_array("tensorflow/exchange/amplitude.npy", change)
    assert set(gs2.bad("exchange")) == {"torch_to_tensorflow.canvas"}


def test_exchanged_patches_with_the_wrong_sign_of_the_phase(gs1_phase):
    gs1_phase.change_arrays("torch/exchange/patches.npz", patches=np.conj)
    assert set(gs1_phase.bad("exchange")) == {"tensorflow_to_torch.patches"}


def test_the_free_phase_of_an_exchange_is_no_difference(gs1_phase):
    turns = np.exp(1j * np.linspace(-3, 3, 24))[:, None, None, None]
    gs1_phase.change_arrays("torch/exchange/patches.npz", patches=lambda a: (a * turns).astype(np.complex64))
    gs1_phase.change_array("torch/exchange/phase.npy", lambda a: a + 1)
    assert gs1_phase.bad("exchange") == {}


def choose_other_twins(case, which):
    """Let the exchange in torch place the twins of some patches, and say so, or not."""
    path = case.path / "torch/exchange/patches.npz"
    arrays = dict(np.load(path))
    shape = np.moveaxis(arrays["patches"], -1, 1).shape
    patches = np.moveaxis(arrays["patches"], -1, 1).reshape(-1, *shape[2:])
    patches[which] = np.conj(patches[which, ::-1, ::-1])
    case.change_arrays(
        "torch/exchange/patches.npz", patches=np.moveaxis(patches.reshape(shape), 1, -1), flips=which.astype(bool)
    )
    return patches


def restitch(case, patches):
    """The picture of those patches."""
    arrays, side = np.load(case.path / "torch/exchange/patches.npz"), case.scenario.inference.reassemble_m
    size = len(np.load(case.path / "torch/exchange/phase.npy"))
    picture, _ = place(central(patches, side), arrays["positions"].reshape(-1, 2), np.ones((side, side)), size)
    case.change_array("torch/exchange/amplitude.npy", lambda _: np.abs(picture))
    case.change_array("torch/exchange/phase.npy", lambda _: np.angle(picture))


def test_twins_that_rounding_chose_are_no_difference_of_an_exchange(gs2):
    which = np.arange(len(gs2.evidence.predictions("torch").patches)) % 12 == 0
    restitch(gs2, choose_other_twins(gs2, which))
    assert gs2.bad("exchange") == {}


def test_an_exchange_in_which_every_twin_is_the_other_shows_nothing(gs2):
    which = np.ones(len(gs2.evidence.predictions("torch").patches), dtype=bool)
    restitch(gs2, choose_other_twins(gs2, which))
    assert set(gs2.bad("exchange")) == {"tensorflow_to_torch.canvas"}


def test_a_turned_patch_that_does_not_say_so_is_a_difference_of_an_exchange(gs2):
    which = np.arange(len(gs2.evidence.predictions("torch").patches)) % 12 == 0
    restitch(gs2, choose_other_twins(gs2, which))
    gs2.change_arrays("torch/exchange/patches.npz", flips=np.zeros_like(which))
    assert set(gs2.bad("exchange")) == {"tensorflow_to_torch.patches", "tensorflow_to_torch.canvas"}


def test_flips_of_another_number_of_patches_are_no_evidence(gs2):
    gs2.change_arrays("torch/exchange/patches.npz", flips=np.zeros(3, dtype=bool))
    assert gs2.bad("exchange")["tensorflow_to_torch"].status == "error"


def test_an_exchange_that_died(gs2):
    gs2.stop("tensorflow", "exchange", "weights do not fit")
    found = gs2.bad("exchange")
    assert set(found) == {"torch_to_tensorflow"}
    assert found["torch_to_tensorflow"].status == "error"


def light_for_dark(picture):
    """The other sign of every contrast: worse than a picture that is one number everywhere."""
    return 2 * picture[picture > 0].mean() - picture


def test_two_pictures_that_agree_and_are_no_better_than_a_constant_are_never_a_pass(gs2):
    for backend in BACKENDS:
        amplitude(gs2, light_for_dark, backend)
    verdict = gs2.judge("agreement")
    assert verdict.status == "inconclusive"
    assert "neither has learned" in verdict.message


def test_one_side_that_has_learned_is_enough_to_compare(gs2):
    amplitude(gs2, light_for_dark)
    found = gs2.bad("agreement")
    assert found["pearson_r"].status == "fail"
    assert "learned" not in found
