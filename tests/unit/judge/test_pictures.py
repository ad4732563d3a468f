import numpy as np
import pytest

from harness.judge.evidence import Canvas, NoEvidence
from harness.judge.pictures import against_reference, against_truth, centred_phase, covered
from harness.judge.reconstructions import part_metrics
from harness.judge.stitching import stitching_weight
from harness.judge.truth import crop, parts_with_a_picture, true_object
from harness.physics.canvas import place
from harness.physics.synchronise import phases
from harness.run.legs.statistics import central


def test_the_mask_leaves_out_what_nothing_covers_well():
    coverage = np.array([[0, 1.0, 1.0], [0.05, 1.0, 2.0]])
    assert covered(Canvas(coverage, coverage, {})).tolist() == [[False, True, True], [False, True, True]]
    assert not covered(Canvas(coverage, np.zeros((2, 2)), {})).any()


def test_the_truth_is_cut_around_the_canvas(gs2):
    evidence = gs2.evidence
    truth, canvas = true_object(evidence), evidence.canvas("torch")
    moved = canvas.facts.model_copy(update={"centre_x": 80.0, "centre_y": 60.0})
    images, inside = crop(truth, Canvas(canvas.field, canvas.coverage, moved))
    size = len(canvas.field)
    assert images[size // 2, size // 2] == pytest.approx(truth.object[60, 80])
    assert images[size // 2 + 3, size // 2 - 5] == pytest.approx(truth.object[63, 75])
    assert inside[size // 2 - 60, size // 2]  # the first row of the object
    assert not inside[size // 2 - 61, size // 2]


def test_a_stitched_truth_lies_on_the_truth(gs2):
    aligned = against_truth(gs2.evidence, "tensorflow")
    r = np.corrcoef(np.abs(aligned.field)[aligned.mask], np.abs(aligned.reference)[aligned.mask])[0, 1]
    assert r > 0.998
    assert np.abs(np.angle(aligned.field[aligned.mask])).max() < 1e-3  # the phase of 0.3 was taken away


def test_simulated_data_keep_their_shift_and_measured_data_lose_it(gs1_phase):
    for name in ("amplitude", "phase", "coverage"):
        gs1_phase.change_array(f"torch/inference_outputs/{name}.npy", lambda a: np.roll(a, 2, axis=1))
    kept = against_truth(gs1_phase.evidence, "torch")
    assert kept.gauges.shift_x == pytest.approx(-2, abs=0.1)
    gs1_phase.change_scenario(dataset__source="file", dataset__file="a.npz", dataset__reference_iterations=5)
    assert parts_with_a_picture(gs1_phase.evidence) == ("phase",)
    removed = against_truth(gs1_phase.evidence, "torch")
    assert removed.mask.sum() < kept.mask.sum()  # what was moved in from outside the mask is not compared
    errors = [np.abs(np.angle(own.field * np.conj(own.reference)))[removed.mask].mean() for own in (kept, removed)]
    assert errors[1] < errors[0] / 3


def test_a_picture_without_any_finite_pixel_is_no_evidence(gs2):
    gs2.change_array("torch/inference_outputs/amplitude.npy", lambda a: a * np.nan)
    with pytest.raises(NoEvidence, match="no pixel"):
        against_truth(gs2.evidence, "torch")
    with pytest.raises(NoEvidence, match="no pixel"):
        against_reference(gs2.evidence)


def test_a_centred_phase_sums_to_a_positive_real_number():
    field = np.exp(1j * np.random.default_rng(0).uniform(2, 4, (8, 8)))
    total = centred_phase(field, np.ones((8, 8), bool)).sum()
    assert total.real > 0
    assert total.imag == pytest.approx(0, abs=1e-12)


def test_parts(gs2, gs1_phase):
    assert parts_with_a_picture(gs2.evidence) == ("amplitude",)
    assert parts_with_a_picture(gs1_phase.evidence) == ("phase", "amplitude")


def turned_by_half(case, backend="torch"):
    """Replace a side's picture by its twin conj(O(-x))."""
    folder = f"{backend}/inference_outputs"
    case.change_array(f"{folder}/amplitude.npy", lambda a: a[::-1, ::-1])
    case.change_array(f"{folder}/phase.npy", lambda a: -a[::-1, ::-1])
    case.change_array(f"{folder}/coverage.npy", lambda a: a[::-1, ::-1])


@pytest.mark.parametrize("name", ["gs2", "gs1_phase"])
def test_the_twin_is_told_whichever_part_carries_the_picture(name, request):
    case = request.getfixturevalue(name)
    assert against_truth(case.evidence, "torch").nearer_as_twin is False
    assert against_reference(case.evidence).nearer_as_twin is False
    turned_by_half(case)
    assert against_truth(case.evidence, "torch").nearer_as_twin is True
    assert against_reference(case.evidence).nearer_as_twin is True


def test_a_constant_picture_has_no_twin(gs2):
    gs2.change_array("torch/inference_outputs/amplitude.npy", np.ones_like)
    assert against_reference(gs2.evidence).nearer_as_twin is None


def restitched(case, backend, factors):
    """Infer again, as the leg does, from a side's patches with other phases: bring them in step, lay them out."""
    evidence, folder = case.evidence, f"{backend}/inference_outputs"
    predictions, canvas = evidence.predictions(backend), evidence.canvas(backend)
    free = predictions.patches * factors[:, None, None]
    steps = phases(free, predictions.positions, np.square(np.abs(evidence.probe)))
    weight = stitching_weight(evidence)
    patches = central(steps[:, None, None] * free, len(weight))
    field, _ = place(patches, predictions.positions, weight, len(canvas.field))
    case.change_array(f"{folder}/amplitude.npy", lambda _: np.abs(field))
    case.change_array(f"{folder}/phase.npy", lambda _: np.angle(field))
    return field


@pytest.mark.parametrize("seed", range(3))
def test_random_phases_of_the_patches_of_one_side_change_no_metric(gs1_phase, seed):
    """With gridsize 1 each patch has a phase of its own: it is a gauge, and the sides must not differ by it."""
    count = len(gs1_phase.evidence.predictions("torch").patches)
    plain = restitched(gs1_phase, "torch", np.ones(count))
    before = part_metrics(against_reference(gs1_phase.evidence))
    turned = restitched(gs1_phase, "torch", np.exp(1j * np.random.default_rng(seed).uniform(-np.pi, np.pi, count)))
    after = part_metrics(against_reference(gs1_phase.evidence))
    assert np.abs(turned - plain).max() < 1e-6
    for part, metrics in before.items():
        for name in ("mae", "rmse", "max_abs", "pearson_r", "ssim", "ms_ssim", "psnr", "frc50"):
            assert after[part][name] == pytest.approx(metrics[name], abs=1e-6), name
    assert before["phase"]["pearson_r"] > 0.9


def test_patches_that_nobody_brings_in_step_do_not_agree(gs1_phase):
    """What the test above would miss if the phases did not matter."""
    evidence = gs1_phase.evidence
    predictions, weight = evidence.predictions("torch"), stitching_weight(evidence)
    turns = np.exp(1j * np.random.default_rng(0).uniform(-np.pi, np.pi, len(predictions.patches)))
    patches = central(turns[:, None, None] * predictions.patches, len(weight))
    field, _ = place(patches, predictions.positions, weight, len(evidence.canvas("torch").field))
    gs1_phase.change_array("torch/inference_outputs/phase.npy", lambda _: np.angle(field))
    assert part_metrics(against_reference(gs1_phase.evidence))["phase"]["pearson_r"] < 0.5
