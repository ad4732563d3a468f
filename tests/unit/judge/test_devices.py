"""A limit that was measured on one class of device says nothing on another: neither pass nor fail."""

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.judge import ladder
from harness.judge.tolerances import FROM_LEDGER, entries

STAGES = "torch/lockstep/stages_float32.npz"


def move_to(case, *kinds):
    """Let the sides have run on these classes of device."""

    def change(metadata):
        for side, kind in zip(metadata["backends"].values(), kinds, strict=True):
            side["device"]["kind"] = kind

    case.change_json("run_metadata.json", change)


@pytest.mark.parametrize("kinds", [("gpu", "gpu"), ("cpu", "gpu"), ("gpu", "cpu")])
@pytest.mark.parametrize("rung", [rung for rung in ladder.JUDGES if rung != "settings"])  # of pairs alone
def test_no_limit_that_was_measured_on_another_device_is_passed(gs2, rung, kinds):
    move_to(gs2, *kinds)
    checks = [check for check in gs2.judge(rung).checks if not check.name.endswith(".environment")]  # of golden files
    for check in checks:
        measured_here = check.limit is None or check.rung == "dataset"  # NumPy alone computes what that rung judges
        assert check.status == ("pass" if measured_here else "inconclusive")
        if not measured_here:
            assert check.message.startswith("uncalibrated: ")
            assert "measured on cpu only, and this ran on gpu; run calibrate on this device" in check.message
            assert None not in (check.value, check.margin)


def test_the_ledger_holds_where_no_device_takes_part():
    both = {name for name, entry in entries().items() if set(entry.devices) == {"cpu", "gpu"}}
    assert {name.partition(".")[0] for name in both} == {"dataset"}


def test_a_value_beyond_the_limit_is_no_failure_either_and_is_said(gs2):
    move_to(gs2, "gpu", "gpu")
    gs2.change_arrays(STAGES, encoder__1=lambda a: a * np.float32(1.001))
    found = gs2.bad("stages")["float32.encoder.1"]
    assert (found.status, found.origin) == ("inconclusive", FROM_LEDGER)
    assert found.value == pytest.approx(1e-3, rel=0.01)
    assert found.margin < 0
    assert ": 0.001, at most 1e-05; " in found.message


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_what_is_not_finite_fails_on_every_device(gs2, value):
    move_to(gs2, "gpu", "gpu")
    gs2.change_arrays(STAGES, encoder__1=lambda a: np.full_like(a, value))
    gs2.change_array("torch/inference_outputs/amplitude.npy", lambda a: np.full_like(a, value))
    assert gs2.bad("stages")["float32.encoder.1"].status == "fail"
    assert gs2.bad("canvas")["torch.finite"].status == "fail"


def test_a_figure_that_is_missing_fails_on_every_device(gs2):
    move_to(gs2, "gpu", "gpu")
    gs2.change_json(
        "torch/train_outputs/history.json", lambda history: history["epochs"][-1]["metrics"].update(loss=None)
    )
    assert gs2.bad("telemetry")["final_loss"].status == "fail"


@pytest.mark.parametrize(("limit", "status"), [(0.5, "pass"), (1e-9, "fail")])
def test_what_a_person_states_holds_on_every_device(gs2, limit, status):
    move_to(gs2, "gpu", "gpu")
    checks = {check.name: check for check in gs2.judge("agreement", agreement__scale=limit).checks}
    assert checks["scale"].status == status
    assert checks["pearson_r"].status == "inconclusive"


def test_a_limit_that_no_check_asks_for_is_an_error_on_every_device(gs2, monkeypatch):
    from harness.judge.rungs import exchange

    move_to(gs2, "gpu", "gpu")
    monkeypatch.setattr(exchange, "_compare_patches", lambda *anything: None)
    found = gs2.bad("exchange", exchange__patches=1e-3)
    assert found["patches"].status == "error"


def test_a_case_that_does_not_say_what_it_ran_on_is_not_judged(gs2):
    (gs2.path / "run_metadata.json").unlink()
    with pytest.raises(HarnessError, match=r"run_metadata\.json: is missing"):
        gs2.judge("stages")
