"""Today's result against the approved one: what turns red, what leaves it undecided, and what is not asked."""

import numpy as np
import pytest

from harness.files import write_npz
from harness.judge.golden import approved, registry
from harness.judge.quantities import QUANTITIES

PROVENANCE = "golden/provenance.json"


def test_every_figure_of_both_sides_is_judged(gs2):
    names = {check.name for check in gs2.judge("golden").checks}
    assert names == {f"{side}.{name}" for side in ("tensorflow", "torch") for name in (*QUANTITIES, "picture")}


def test_a_scale_that_is_another_is_seen_in_its_side_alone(gs2):
    gs2.change_json("torch/bundle/params.json", lambda held: held["intensity_scale"].update(final=1.2))
    assert set(gs2.bad("golden")) == {"torch.scale"}


def test_a_scale_that_was_approved_and_is_gone_is_seen(gs2):
    gs2.change_json("torch/bundle/params.json", lambda held: held["intensity_scale"].update(final=None))
    assert set(gs2.bad("golden")) == {"torch.scale"}


def test_a_side_that_leaves_no_scale_has_none_to_approve(gs2):
    gs2.change_json("torch/bundle/params.json", lambda held: held["intensity_scale"].update(final=None))
    assert set(approved.of_side(gs2.evidence, "torch").quantities) == QUANTITIES.keys() - {"scale"}


def test_a_turned_picture_is_seen(gs2):
    for part in ("amplitude", "phase"):
        gs2.change_array(f"torch/inference_outputs/{part}.npy", lambda array: array[::-1].copy())
    assert {"torch.picture", "torch.pearson_r"} == set(gs2.bad("golden"))


@pytest.mark.parametrize("value", [np.nan, np.inf])
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_what_is_not_finite_today_fails(gs2, value):
    gs2.change_array("torch/inference_outputs/amplitude.npy", lambda array: np.full_like(array, value))
    assert "torch.approved" in gs2.bad("golden")
    gs2.change_array("tensorflow/inference_outputs/amplitude.npy", lambda array: np.where(array > 1, value, array))
    assert gs2.bad("golden")["tensorflow.pearson_r"].status == "fail"


def test_a_case_of_which_nothing_is_approved_is_skipped_with_the_reason(gs2):
    gs2.change_json(PROVENANCE, lambda held: held.update(reason="nothing is approved", sides={}))
    verdict = gs2.judge("golden")
    assert (verdict.status, verdict.message) == ("skipped", "nothing is approved")


def test_a_side_of_which_nothing_is_approved_is_named(gs2):
    gs2.change_json(PROVENANCE, lambda held: held["sides"].pop("torch"))
    verdict = gs2.judge("golden")
    assert verdict.status == "pass"
    assert [check.name for check in verdict.checks if check.status == "skipped"] == ["torch.approved"]


def test_what_is_wrong_with_the_golden_files_is_an_error(gs2):
    gs2.change_json(PROVENANCE, lambda held: held["sides"]["torch"].update(problem="torch.npz: is stale"))
    found = gs2.bad("golden")
    assert (found["torch.approved"].status, found["torch.approved"].message) == ("error", "torch.npz: is stale")
    assert set(found) == {"torch.approved"}


def test_a_copy_that_was_edited_by_a_millionth_is_an_error(gs2):
    picture = approved.read(gs2.path / "golden", "torch")
    write_npz(gs2.path / "golden" / "torch.npz", picture=picture.picture * np.float32(1 + 1e-6), weight=picture.weight)
    assert "was changed after it was approved" in gs2.bad("golden")["torch.approved"].message


def test_another_environment_leaves_a_rung_undecided_unless_a_figure_is_beyond_its_limit(gs2):
    def older(held):
        for entry in held["sides"]["torch"]["files"].values():
            entry["environment"]["numpy"] = "1.26"

    gs2.change_json(PROVENANCE, older)
    assert gs2.judge("golden").status == "inconclusive"
    assert gs2.bad("golden")["torch.environment"].message.endswith("numpy 1.26, now 2.4")
    gs2.change_json("torch/bundle/params.json", lambda held: held["intensity_scale"].update(final=1.2))
    assert gs2.judge("golden").status == "fail"


def test_files_that_hold_something_else_are_an_error(gs2):
    """Approved in this form, so the digest is right."""
    held = approved.read(gs2.path / "golden", "torch")
    write_npz(gs2.path / "golden" / "torch.npz", picture=held.picture, weight=held.weight[:-1])
    entry = registry.entry(gs2.path / "golden" / "torch.npz").model_dump()
    gs2.change_json(PROVENANCE, lambda record: record["sides"]["torch"]["files"].update({"torch.npz": entry}))
    assert "of one shape" in gs2.bad("golden")["torch.approved"].message


def test_a_broken_provenance_is_an_error_that_names_the_key(gs2):
    gs2.change_json(PROVENANCE, lambda held: held["sides"]["torch"].update(files=3))
    assert "golden/provenance.json: sides.torch.files: Input should be" in gs2.bad("golden")["approved"].message
