"""The chain of intensities of sound cases, and of cases in which one file is 1.2 times too bright."""

import numpy as np
import pytest

from harness.judge.evidence import NoEvidence
from harness.judge.intensity import STAGES, Intensity, stage_statistics
from harness.judge.symmetry import stage_ratios
from harness.records.stages import ProductRecord

FLOAT32 = "torch/lockstep/stages_float32.npz"
BRIGHT = {
    "raw_diffraction": ("dataset/data.npz", "diff3d"),
    "grouped_X_full": ("dataset/train.npz", "X"),
    "container_X": (FLOAT32, "input"),
    "training_labels_Y_amp": ("torch/lockstep/batch.npz", "amplitude"),
    "inference_prediction": ("torch/inference_outputs/diffraction.npz", "amplitude"),
}


def brighter(array):
    return (1.2 * array).astype(array.dtype)


def chain(case, backend="torch"):
    intensity = Intensity(case.evidence)
    return stage_ratios({stage: intensity.of_stage(backend, stage) for stage in STAGES}, intensity.levels)


@pytest.mark.parametrize("name", ["gs2", "gs1_phase"])
@pytest.mark.parametrize("backend", ["tensorflow", "torch"])
def test_the_chain_of_a_sound_case_is_symmetric(sound_cases, name, backend):
    found = chain(sound_cases[name], backend)
    symmetry = [step.symmetry for step in found.steps]
    assert symmetry[1:5] == pytest.approx([1.0] * 4, rel=1e-5)  # counting noise
    assert symmetry[5] == pytest.approx(1.01, rel=0.02)  # their scale is 1 % above that of the data
    assert found.product.symmetry == pytest.approx(np.prod(symmetry))
    assert found.check.is_symmetric is True
    assert found.check.first_beyond is None
    assert found.check.deviates_most == "inference_prediction"


def test_ratios_are_of_means_and_their_product_spans_the_chain(sound_cases):
    intensity = Intensity(sound_cases["gs2"].evidence)
    means = [intensity.of_stage("torch", stage).mean for stage in STAGES]
    found = chain(sound_cases["gs2"])
    assert [step.ratio for step in found.steps[1:]] == pytest.approx(np.divide(means[1:], means[:-1]))
    assert found.product.ratio == pytest.approx(means[-1] / means[0])


@pytest.mark.parametrize("stage", BRIGHT)
def test_the_stage_that_is_too_bright_is_named(gs2, stage):
    name, array = BRIGHT[stage]
    gs2.change_arrays(name, **{array: brighter})
    check = chain(gs2).check
    assert (check.first_beyond, check.is_symmetric) == (stage, False)
    if stage.startswith("raw"):
        assert check.deviates_most == stage  # the step away from it is as large


def test_what_all_later_stages_take_over_is_named_where_it_began(gs2):
    for name, array in list(BRIGHT.values())[1:]:
        gs2.change_arrays(name, **{array: brighter})
    check = chain(gs2).check
    assert (check.first_beyond, check.deviates_most) == ("grouped_X_full", "grouped_X_full")
    assert check.deviation == pytest.approx(0.2, abs=1e-5)


def test_a_scale_that_inference_did_not_restore_is_seen(gs2):
    gs2.change_json("torch/inference_outputs/stats.json", lambda stats: stats.update(intensity_scale_restored=1.0))
    assert chain(gs2).check.first_beyond == "inference_prediction"


def test_a_diffraction_of_other_groups_is_no_evidence(gs2):
    gs2.change_arrays("torch/inference_outputs/diffraction.npz", groups=lambda groups: groups[::-1])
    with pytest.raises(NoEvidence, match="torch: other groups were diffracted"):
        Intensity(gs2.evidence).of_stage("torch", "inference_prediction")


def test_values_that_are_not_finite_are_counted_and_never_symmetric(gs2):
    def spoilt(batch):
        batch[0, 0, :2, 0] = np.nan, np.inf
        return batch

    gs2.change_arrays("torch/lockstep/batch.npz", amplitude=spoilt)
    labels = Intensity(gs2.evidence).of_stage("torch", "training_labels_Y_amp")
    assert (labels.nan, labels.total - labels.finite) == (1, 2)
    assert np.isfinite(labels.max)
    check = chain(gs2).check
    assert (check.first_beyond, check.is_symmetric) == ("training_labels_Y_amp", False)


def test_a_stage_that_is_missing_leaves_the_rest_of_the_chain(sound_cases):
    intensity = Intensity(sound_cases["gs2"].evidence)
    held = {stage: intensity.of_stage("torch", stage) for stage in STAGES if stage != "container_X"}
    found = stage_ratios(held, intensity.levels)
    (labels,) = (step for step in found.steps if step.stage == "training_labels_Y_amp")
    assert labels.over == "grouped_X_full"
    assert labels.symmetry == pytest.approx(1.0, rel=1e-5)
    assert found.product.symmetry == pytest.approx(chain(sound_cases["gs2"]).product.symmetry)
    assert found.check.is_symmetric is None
    del held["inference_prediction"]
    assert stage_ratios(held, intensity.levels).product == ProductRecord(ratio=None, symmetry=None)


def test_figures_count_a_pattern_as_often_as_it_is_drawn():
    patterns = np.random.default_rng(0).uniform(0, 9, (5, 4, 4)).astype(np.float32)
    patterns[3] = 1e6  # drawn by nobody
    draws = np.array([[0, 1], [4, 4], [2, 0]])
    found, expanded = stage_statistics(patterns, np.bincount(draws.ravel(), minlength=5)), patterns[draws].astype(float)
    assert (found.min, found.max) == (expanded.min(), expanded.max())
    assert (found.finite, found.total, found.nan) == (expanded.size, expanded.size, 0)
    assert found.mean == pytest.approx(expanded.mean())
    assert found.std == pytest.approx(expanded.std())
    assert found.rms == pytest.approx(np.sqrt(np.square(expanded).mean()))
    nothing = stage_statistics(np.full((2, 3, 3), np.nan))
    assert (nothing.mean, nothing.nan, nothing.finite) == (None, 18, 0)
