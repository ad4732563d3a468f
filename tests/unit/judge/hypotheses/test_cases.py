"""From the files of a case to the sentence: what is gathered around the first wrong tensor suffices for it."""

from pathlib import Path

import numpy as np
import pytest

from harness import layout
from harness.judge.localisation import LOCKSTEP_RUNGS, localise
from harness.physics.merge import Merging, central_weight, merge

F64, GRADIENTS = "torch/lockstep/stages_float64.npz", "torch/lockstep/gradients_float64.npz"
FIRST = "torch/trajectory/first_float64.npz"


def found_in(case):
    return localise(case.evidence, [case.judge(rung) for rung in LOCKSTEP_RUNGS])


def test_offsets_of_the_opposite_sign(gs2):
    evidence, N = gs2.evidence, gs2.scenario.dataset.N
    stages, batch = evidence.stages("tensorflow", "float64"), evidence.arrays(Path("tensorflow/lockstep/batch.npz"))
    merging = Merging(stages["object_merged"].shape[1], central_weight(N, evidence.contract.region))
    wrong = merge(stages["object_patches"], -batch["relative"], merging.padded_size, merging.weight)[..., None]
    gs2.change_arrays(F64, object_merged=lambda _: wrong)
    found = found_in(gs2)
    assert found.transformation == "the other side's with offsets of the opposite sign"
    assert found.as_json()["left"] < 1e-10


def test_a_factor_is_named_by_the_numbers_of_the_case(gs2):
    N = gs2.scenario.dataset.N
    gs2.change_arrays(F64, diffraction_amplitude=lambda a: N * a)
    assert found_in(gs2).transformation == f"the other side's times {N} (N)"


def test_swapped_heads(gs2):
    heads = gs2.evidence.stages("tensorflow", "float64")
    gs2.change_arrays(
        F64, amplitude_head=lambda _: heads["phase_head"], phase_head=lambda _: heads["amplitude_head"]
    )  # fmt: skip
    assert found_in(gs2).transformation == "the other side's phase_head, which is another stage"


def test_the_reference_may_be_wrong(gs2):
    evidence = gs2.evidence
    extracted = evidence.stages("tensorflow", "float64")["object_extracted"]
    changed = {"exit_wave": lambda _: extracted * evidence.probe.conj()[:, :, None]}
    gs2.change_arrays(F64.replace("torch", "tensorflow"), **changed)
    assert found_in(gs2).transformation == "as stated, and the other side's is this one with the probe conjugated"


@pytest.mark.parametrize("size", [1e-11, 1e-9, 1e-6, 1e-3])
@pytest.mark.parametrize("side", ["tensorflow", "torch"])
def test_noise_is_not_named(gs2, side, size):
    rng = np.random.default_rng(1)
    gs2.change_arrays(F64.replace("torch", side), exit_wave=lambda a: a + size * rng.normal(size=a.shape))
    found = found_in(gs2)
    assert (found.transformation, found.explained, found.as_json()["left"]) == ("", None, None)


def test_one_number_is_explained_by_all_weights_together(gs2):
    start = gs2.evidence.arrays(Path("tensorflow/trajectory/start_float64.npz"))
    after = gs2.evidence.arrays(Path("tensorflow/trajectory/first_float64.npz"))

    def longer(name):
        return lambda value: start[name] + 1.01 * (value - start[name])

    weights = [name for name in after if name in gs2.evidence.contract.trained]
    gs2.change_arrays(FIRST, **{name.replace(".", "__"): longer(name) for name in weights})
    found = found_in(gs2)
    assert found.first.tensor == "log_scale"
    assert "a step of 1.01 times the length" in found.transformation
    assert found.transformation.endswith(", like every other weight")


def test_what_the_evidence_lacks_is_left_out(gs2):
    gs2.change_arrays(F64, exit_wave=np.conj)
    for name in (layout.BATCH, layout.FIRST_WEIGHTS):
        (gs2.path / "tensorflow" / "lockstep" / name).unlink()
    assert found_in(gs2).transformation == "the other side's, conjugated"


@pytest.mark.parametrize(
    ("kept", "factor", "words"),
    [
        ("first_moment", 5.0, "5 (with a beta_1 of 0.5 in place of 0.9)"),
        ("second_moment", 0.1, "0.1 (with a beta_2 of 0.999 in place of 0.99)"),
        ("second_moment", 0.123, "0.123 times"),
    ],
)
def test_a_factor_of_all_moments_is_told_with_its_beta(gs2, kept, factor, words):
    names = [name for name in gs2.evidence.arrays(Path("torch/trajectory/first_float64.npz")) if name.endswith(kept)]
    gs2.change_arrays(FIRST, **{name.replace(".", "__"): lambda value: factor * value for name in names})
    messages = {check.name: check.message for check in gs2.judge("step").checks}
    assert words in messages[f"float64.factor.{kept}"]


def test_a_factor_of_all_gradients_is_told_with_its_name_and_with_the_norm_of_clipping(gs2):
    gradients = gs2.evidence.arrays(Path("torch/lockstep/gradients_float64.npz"))
    pixels = gs2.scenario.dataset.N**2

    def judged(factor):
        gs2.change_arrays(GRADIENTS, **{name.replace(".", "__"): lambda value: factor * value for name in gradients})
        return {check.name: check.message for check in gs2.judge("gradient").checks}["float64.factor"]

    assert "(1 / rows x columns)" in judged(1 / pixels)
    norm = np.sqrt(sum(np.vdot(value, value).real for value in gradients.values())) / pixels
    assert "the norm of all together is 0.5, as clipping leaves it" in judged(0.5 / norm)
