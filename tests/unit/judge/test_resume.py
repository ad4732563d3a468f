"""Training that was interrupted, on each side and from the other side's checkpoint."""

import numpy as np
import pytest

OWN, OTHER = "torch/replay/resumed.json", "torch/resume/resumed.json"
KERNEL = "encoder.0.conv1.kernel"


def test_sound_sides_go_on_as_if_nothing_had_been(gs2):
    assert gs2.bad("trajectory") == gs2.bad("exchange") == {}


@pytest.mark.parametrize("far", [1e-3, None])
@pytest.mark.parametrize(
    ("file", "rung", "check"),
    [(OWN, "trajectory", "torch.resumed"), (OTHER, "exchange", "tensorflow_to_torch.resumed")],
)
def test_a_training_that_goes_on_elsewhere_is_red(gs2, file, rung, check, far):
    gs2.change_json(file, lambda found: found.update({KERNEL: far}))
    found = gs2.bad(rung)
    assert {name: bad.status for name, bad in found.items()} == {check: "fail"}
    assert f"most in {KERNEL}" in found[check].message


def test_a_weight_that_is_but_rounding_is_left_out_of_what_the_other_side_saved(gs2):
    """Adam makes whole steps of a gradient that is nothing but rounding, and each side rounds otherwise."""
    for side in ("tensorflow", "torch"):
        gs2.change_json(f"{side}/trajectory/noise_float64.json", lambda noise: noise["weights"].update({KERNEL: [0.1]}))
    gs2.change_json(OTHER, lambda found: found.update({KERNEL: 0.5}))
    assert gs2.bad("exchange") == {}
    gs2.change_json(OWN, lambda found: found.update({KERNEL: 0.5}))
    assert set(gs2.bad("trajectory")) >= {"torch.resumed"}


def test_steps_of_a_side_that_knows_float32_alone_are_not_asked_of_the_other(gs2):
    for side in ("tensorflow", "torch"):
        names = np.load(gs2.path / side / "replay" / "weights.npz").files
        narrow = {name.replace(".", "__"): lambda a: a.astype(np.float32).astype(float) for name in names}
        gs2.change_arrays(f"{side}/replay/weights.npz", **narrow)
    gs2.change_json(OTHER, lambda found: found.update({KERNEL: 0.5}))
    assert {check.status for check in gs2.bad("exchange").values()} == {"skipped"}


@pytest.mark.parametrize(
    ("file", "rung", "check"),
    [(OWN, "trajectory", "torch.resumed"), (OTHER, "exchange", "tensorflow_to_torch.resumed")],
)
def test_a_side_that_left_nothing_is_an_error(gs2, file, rung, check):
    (gs2.path / file).unlink()
    assert gs2.bad(rung)[check].status == "error"
