"""Rungs 2, 3 and 4 must see one wrong stage, name it, and not be fooled by what both sides share."""

import numpy as np
import pytest

from harness.files import read_npz, write_json, write_npz
from harness.judge.lockstep import loss_size

F32, F64 = "torch/lockstep/stages_float32.npz", "torch/lockstep/stages_float64.npz"
BOTH = ("tensorflow/lockstep/{}", "torch/lockstep/{}")


def hide(name):
    """A change of a contract: the stage is not exposed."""

    def change(contract):
        for stage in contract["stages"]:
            stage["exposed"] = stage["exposed"] and stage["name"] != name

    return change


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("encoder.1", lambda a: a * np.float32(1 + 1e-4)),
        ("encoder.0", lambda a: np.where(a == a.max(), a * np.float32(1.001), a)),
        ("amplitude_head", lambda a: np.swapaxes(a, 1, 2)),
        ("phase_head", lambda a: -a),
        ("object_patches", np.conj),
        ("object_patches", lambda a: a.real),
        ("object_patches", lambda a: a.astype(np.complex128)),
        ("object_merged", lambda a: a[:, 1:, 1:]),
        ("exit_wave", lambda a: np.roll(a, 1, axis=2)),
        ("diffraction_amplitude", lambda a: np.fft.fftshift(a, axes=(1, 2))),
        ("intensity", lambda a: a * np.float32(np.nan)),
        ("intensity", lambda a: np.sqrt(a)),
    ],
)
def test_one_wrong_stage_is_the_only_red_one(gs2, stage, change):
    gs2.change_arrays(F32, **{stage.replace(".", "__"): change})
    assert {name: check.status for name, check in gs2.bad("stages").items()} == {f"float32.{stage}": "fail"}


def test_the_first_wrong_stage_is_named_by_the_later_ones(gs2):
    gs2.change_arrays(F32, encoder__0=lambda a: 2 * a, exit_wave=lambda a: 2 * a)
    found = gs2.bad("stages")
    assert "first" not in found["float32.encoder.0"].message
    assert "the first stage that differs is encoder.0" in found["float32.exit_wave"].message


@pytest.mark.parametrize(("error", "status"), [(0.9e-5, "pass"), (1.1e-5, "fail")])
def test_the_limit_is_where_it_says(gs2, error, status):
    """Seen red both ways: a reversed inequality would swap the two."""

    def change(a):
        changed = a.copy()
        changed.flat[0] += error * np.abs(a).max()
        return changed

    gs2.change_arrays("tensorflow/lockstep/stages_float32.npz", encoder__1=lambda a: a)
    reference = np.load(gs2.path / "tensorflow/lockstep/stages_float32.npz")["encoder.1"]
    gs2.change_arrays(F32, encoder__1=change(reference))
    (check,) = [check for check in gs2.judge("stages").checks if check.name == "float32.encoder.1"]
    assert check.status == status
    assert check.margin == pytest.approx(0.1 if status == "pass" else -0.1, abs=0.01)


def test_float64_is_judged_as_float64(gs2):
    gs2.change_arrays(F64, encoder__0=lambda a: a * (1 + 1e-10))
    assert set(gs2.bad("stages")) == {"float64.encoder.0"}


def test_nan_on_both_sides_is_not_agreement(gs2):
    for name in BOTH:
        gs2.change_arrays(name.format("stages_float32.npz"), encoder__0=lambda a: a * np.float32(np.nan))
    found = gs2.bad("stages")["float32.encoder.0"]
    assert found.status == "fail"
    assert "384 of 384 values are not finite" in found.message


def test_both_sides_in_the_wrong_precision_are_not_agreement(gs2):
    for name in BOTH:
        gs2.change_arrays(name.format("stages_float32.npz"), encoder__0=lambda a: a.astype(np.float64))
    found = gs2.bad("stages")["float32.encoder.0"]
    assert found.status == "fail"
    assert "type is float64, float32 was asked for" in found.message


def test_zeros_on_both_sides_show_nothing(gs2):
    for name in BOTH:
        gs2.change_arrays(name.format("stages_float32.npz"), encoder__0=lambda a: 0 * a)
    assert gs2.bad("stages")["float32.encoder.0"].status == "error"


def test_a_stage_that_is_missing_is_an_error(gs2):
    gs2.change_arrays(F32, exit_wave=None)
    found = gs2.bad("stages")["float32.exit_wave"]
    assert found.status == "error"
    assert "stage 'exit_wave' is missing" in found.message


def test_a_stage_that_a_backend_does_not_offer_is_inconclusive(gs2):
    gs2.change_arrays(F32, encoder__0=None)
    gs2.change_arrays(F64, encoder__0=None)
    gs2.change_json("torch/lockstep/contract.json", hide("encoder.0"))
    found = gs2.bad("stages")
    assert found["float32.encoder.0"].status == "inconclusive"
    assert "does not expose the stage 'encoder.0'" in found["float32.encoder.0"].message


def test_a_backend_without_stages_is_inconclusive(gs2):
    for name in (F32, F64):
        (gs2.path / name).unlink()
    (gs2.path / "torch/lockstep/missing.json").write_text('{"stages": "torch cannot do \'stages\'"}')
    for rung in ("stages", "physics"):
        assert gs2.judge(rung).status == "inconclusive"


def test_a_worker_that_died_is_an_error_with_its_sentence(gs2):
    gs2.stop("torch", "lockstep", "killed by signal 9")
    for rung in ("stages", "physics", "loss"):
        verdict = gs2.judge(rung)
        assert verdict.status == "error"
        assert "killed by signal 9" in verdict.message


@pytest.mark.parametrize(
    ("stage", "change"),
    [
        ("input", lambda a: 2 * a),
        ("object_extracted", lambda a: np.roll(a, 1, axis=1)),
        ("object_merged", lambda a: a * 1.001),
        ("exit_wave", lambda a: a * 4),
        ("diffraction_amplitude", lambda a: np.fft.ifftshift(a[:, ::-1], axes=(1, 2))),
        ("intensity", lambda a: a * (1 + 1e-5)),
        ("intensity", lambda a: a[:, :32]),
        ("intensity", lambda a: a * np.inf),
    ],
)
@pytest.mark.filterwarnings("ignore:invalid value")
def test_a_fault_that_both_sides_share_is_red_against_the_oracle(gs2, stage, change):
    narrow = gs2.evidence.stages("torch", "float32")[stage].dtype
    for name in BOTH:
        path = name.format("stages_float32.npz")
        gs2.change_arrays(path, **{stage: lambda a: change(a).astype(narrow)})
    expected = {f"{backend}.float32.{stage}" for backend in ("tensorflow", "torch")}
    failed = {name: check for name, check in gs2.bad("physics").items() if check.status == "fail"}
    assert set(failed) == expected
    broken = not np.isfinite(gs2.evidence.stages("torch", "float32")[stage]).all()
    assert all(("are not finite" in check.message) == broken for check in failed.values())


def test_an_oracle_that_could_not_answer_is_an_error(gs2):
    gs2.stop("torch", "oracle", "stage object_patches is missing")
    assert gs2.bad("physics")["torch.float32"].status == "error"
    assert "object_patches is missing" in gs2.bad("loss")["torch.float64"].message


def test_an_oracle_that_is_zero_shows_nothing(gs2):
    gs2.change_arrays("torch/oracle/stages_float32.npz", exit_wave=lambda stage: 0 * stage)
    assert gs2.bad("physics")["torch.float32.exit_wave"].status == "error"


def set_losses(case, backend, precision, **values):
    def change(losses):
        losses.update(values)
        for name in [name for name, value in losses.items() if value == "remove"]:
            del losses[name]

    case.change_json(f"{backend}/lockstep/losses_{precision}.json", change)


@pytest.mark.parametrize(
    ("precision", "factor", "expected"),
    [
        ("float32", 1 + 5e-6, {"float32.poisson", "torch.float32.poisson"}),
        ("float64", 1 + 1e-10, {"float64.poisson", "torch.float64.poisson"}),
        ("float32", -1.0, {"float32.poisson", "torch.float32.poisson"}),
    ],
)
def test_one_wrong_term(gs2, precision, factor, expected):
    value = gs2.evidence.losses("torch", precision)["poisson"]
    set_losses(gs2, "torch", precision, poisson=value * factor)
    assert set(gs2.bad("loss")) == expected


def near_zero(gs2, difference):
    """Let both sides' loss be next to nothing, and apart by a share of what it adds up."""
    size = loss_size(gs2.evidence)
    for side, value in (("tensorflow", 1e-3 * size), ("torch", (1e-3 + difference) * size)):
        set_losses(gs2, side, "float32", loss=value)
    return gs2.bad("loss")


def test_a_loss_whose_terms_cancel_is_held_against_what_it_adds_up(gs2):
    assert "float32.loss" not in near_zero(gs2, 5e-7)
    assert near_zero(gs2, 2e-6)["float32.loss"].value == pytest.approx(2e-6, rel=1e-3)


def test_the_side_whose_loss_adds_up_less_says_how_much(gs2):
    path = gs2.path / "torch/lockstep/slope.npz"
    write_npz(path, **{name: 1e6 * value for name, value in read_npz(path).items()})
    assert "float32.loss" in near_zero(gs2, 2e-6)


def test_without_a_slope_a_loss_is_held_against_itself(gs2):
    near_zero(gs2, 0.0)
    size = loss_size(gs2.evidence)
    set_losses(gs2, "torch", "float32", loss=(1e-3 + 5e-7) * size)
    (gs2.path / "torch/lockstep/slope.npz").unlink()
    assert gs2.bad("loss")["float32.loss"].value == pytest.approx(5e-4, rel=1e-2)


@pytest.mark.parametrize("value", [None, "remove"])
def test_a_term_that_is_nan_or_missing(gs2, value):
    set_losses(gs2, "torch", "float32", amplitude_mae=value)
    found = gs2.bad("loss")
    assert found["float32.amplitude_mae"].status == "fail"
    assert found["torch.float32.amplitude_mae"].status == "fail"
    assert ("torch.float32.terms" in found) == (value == "remove")


def test_a_term_that_nobody_asked_for(gs2):
    set_losses(gs2, "tensorflow", "float64", total_variation=0.1)
    assert set(gs2.bad("loss")) == {"tensorflow.float64.terms"}


def test_a_loss_that_both_sides_get_wrong(gs2):
    for backend in ("tensorflow", "torch"):
        value = gs2.evidence.losses(backend, "float64")["loss"]
        set_losses(gs2, backend, "float64", loss=value * 1.5)
    assert set(gs2.bad("loss")) == {"tensorflow.float64.loss", "torch.float64.loss"}


GRAFT = "torch/graft/stages.npz"


def test_a_stage_that_is_wrong_by_itself_is_told_from_one_that_was_fed_what_is_wrong(gs2):
    """The whole pass differs from `object_merged` on; alone, only the merge does."""
    for stage in ("object_merged", "object_extracted", "exit_wave", "diffraction_amplitude", "intensity"):
        gs2.change_arrays(F64, **{stage: lambda a: 1.01 * a})
    gs2.change_arrays(GRAFT, object_merged=lambda a: 1.01 * a)
    bad = set(gs2.bad("stages"))
    assert {name for name in bad if name.startswith("alone.")} == {"alone.object_merged"}
    assert len(bad) == 6


@pytest.mark.parametrize(
    "change", [lambda a: a * (1 + 1e-10), lambda a: a * np.nan, lambda a: a[:1], lambda a: a.astype(np.float32)]
)
def test_a_stage_alone_is_held_against_the_reference(gs2, change):
    gs2.change_arrays(GRAFT, encoder__1=change)
    assert {name: check.status for name, check in gs2.bad("stages").items()} == {"alone.encoder.1": "fail"}


def test_a_stage_that_could_not_be_computed_alone_says_why(gs2):
    gs2.change_json("torch/graft/problems.json", lambda problems: problems.update(exit_wave="ValueError: shapes"))
    found = gs2.bad("stages")
    assert found["alone.exit_wave"].status == "fail"
    assert "ValueError: shapes" in found["alone.exit_wave"].message


def test_a_backend_that_cannot_take_stages_is_inconclusive(gs2):
    (gs2.path / GRAFT).unlink()
    (gs2.path / "torch/graft/problems.json").unlink()
    (gs2.path / "torch/graft/missing.json").write_text('{"stage": "torch cannot do \'stage\'"}')
    assert {name: check.status for name, check in gs2.bad("stages").items()} == {"alone": "inconclusive"}


def message_of(case, name, rung="stages"):
    return next(check.message for check in case.judge(rung).checks if check.name == name)


def test_every_stage_that_is_wrong_by_itself_is_named_first(gs2):
    """The last line of a session quotes the first red message of the lowest red rung."""
    gs2.change_arrays(F64, encoder__0=lambda a: 2 * a, encoder__1=lambda a: 2 * a, intensity=lambda a: 2 * a)
    gs2.change_arrays(GRAFT, encoder__0=lambda a: 2 * a, intensity=lambda a: 2 * a)
    assert gs2.judge("stages").message.endswith("; wrong by themselves: encoder.0, intensity")
    assert message_of(gs2, "float64.encoder.1").endswith("; right alone: given wrong input")
    assert message_of(gs2, "float64.intensity").endswith("; wrong by itself")


def test_the_only_stage_that_is_wrong_by_itself_is_told_to_be_the_only_one(gs2):
    gs2.change_arrays(GRAFT, encoder__1=lambda a: 2 * a)
    assert gs2.judge("stages").message.endswith("; no other stage is wrong by itself")


def test_a_stage_that_could_not_be_fed_is_not_called_wrong(gs2):
    gs2.change_arrays(F64, exit_wave=lambda a: 2 * a)
    gs2.change_arrays(GRAFT, encoder__1=lambda a: 2 * a, exit_wave=None)
    gs2.change_json("torch/graft/problems.json", lambda problems: problems.update(exit_wave="ValueError: shapes"))
    assert "stage exit_wave of torch cannot be fed with the stages of tensorflow" in message_of(gs2, "alone.exit_wave")
    assert gs2.judge("stages").message.endswith("; no other stage is wrong by itself")


def without_partner(name):
    """A change of a contract: the stage is called otherwise, which the other side has no partner for."""

    def change(contract):
        for stage in contract["stages"]:
            stage["name"] = "lone" if stage["name"] == name else stage["name"]

    return change


def test_a_stage_without_a_partner_says_so_and_is_looked_for_in_the_next(gs2):
    for name in (F32, F64, GRAFT):
        gs2.change_arrays(name, encoder__0=None)
    gs2.change_arrays(GRAFT, encoder__1=lambda a: 2 * a)
    gs2.change_json("torch/lockstep/contract.json", without_partner("encoder.0"))
    assert gs2.bad("stages")["alone.encoder.0"].status == "inconclusive"
    assert "torch has no partner for the stage 'encoder.0'" in message_of(gs2, "alone.encoder.0")
    assert "before it, with encoder.0, lone, which has no partner: " in message_of(gs2, "alone.encoder.1")


def test_the_common_centre_of_a_stage_of_another_size_is_compared_as_well(gs2):
    gs2.change_arrays(GRAFT, exit_wave=lambda a: 1.01 * a[:, 1:-1, 1:])
    found = gs2.bad("stages")["alone.exit_wave"]
    assert found.status == "fail"
    assert "shapes differ: (4, 62, 63, 4) and (4, 64, 64, 4); in their common centre, 62 x 63 pixels" in found.message
    assert "they differ by 0.01 of the largest value" in found.message


@pytest.mark.parametrize(
    ("what", "change", "told"),
    [
        ("phase_head", None, True),
        ("batch_size", None, True),
        ("batch_size", lambda record: record["settings"].__setitem__("batch_size", 8), False),
        ("loss.mse", None, False),  # of a rung above, which may yet see it
        ("head.kernel", None, False),  # of a weight alone: rung step looks for it
    ],
)
def test_a_declared_difference_that_is_no_longer_there_is_told(gs2, what, change, told):
    known = {"differs": "somehow", "reason": "agreed", "until": "2999-01-01"}
    write_json(gs2.path / "declared.json", {"differences": {what: known}})
    for name in ("requested.json", "tensorflow/contract/seen.json", "torch/contract/seen.json"):
        write_json(gs2.path / name, {"settings": {"batch_size": 4}})
    if change is not None:
        gs2.change_json("torch/contract/seen.json", change)
    assert ("no_longer_there" in gs2.bad("stages")) == told


@pytest.mark.parametrize(("kind", "expected"), [(np.float32, "pass"), (np.float64, "fail")])
def test_an_oracle_of_a_pair_is_held_to_the_precision_that_was_had(gs2, kind, expected):
    """A stage that the contract gives no oracle, as all of a pair; one of the network's own is float64 or red."""
    stage = next(stage.name for stage in gs2.evidence.contract.stages if not stage.oracle)
    exact = np.full(gs2.evidence.stages("torch", "float64")[stage].shape, np.pi)
    rounded = (exact * (1 + 1e-8)).astype(kind).astype(np.float64)
    gs2.change_arrays("torch/oracle/stages_float64.npz", **{stage: exact})
    gs2.change_arrays("torch/lockstep/stages_float64.npz", **{stage: rounded})
    checks = {check.name: check for check in gs2.judge("physics").checks}
    assert checks[f"torch.float64.{stage}"].status == expected
