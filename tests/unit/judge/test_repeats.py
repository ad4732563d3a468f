"""A side that is another once it runs again decides nothing."""

import numpy as np
import pytest

from harness import layout
from tests.unit.judge.repeated import PRECISION

STAGE, KERNEL = "exit_wave", "encoder.0.conv1.kernel"
STAGES, FIRST = (f"torch/{layout.REPEAT}/{name(PRECISION)}" for name in (layout.stages, layout.first))


def off(size):
    return lambda value: value * (1 + size)


def change(case, rung, size):
    """Make the second run of torch another by a relative size, in what the rung rests on."""
    if rung == "stages":
        case.change_arrays(STAGES, **{STAGE: off(size)})
    else:
        case.change_arrays(FIRST, **{KERNEL.replace(".", "__"): off(size)})


@pytest.mark.parametrize("rung", ["stages", "gradient", "step"])
def test_both_sides_are_said_to_repeat_themselves(gs2, rung):
    found = {check.name: check for check in gs2.judge(rung).checks if check.name.endswith(".repeat")}
    assert {name: check.status for name, check in found.items()} == {
        "tensorflow.repeat": "pass",
        "torch.repeat": "pass",
    }


@pytest.mark.parametrize("rung", ["stages", "gradient", "step"])
def test_a_side_that_is_another_the_second_time_leaves_the_rung_open(gs2, rung):
    change(gs2, rung, 3e-6)
    verdict = gs2.judge(rung)
    assert verdict.status == "inconclusive"
    assert verdict.message.startswith("torch is not repeatable: 3e-06 from itself in ")


def test_a_difference_that_may_be_chance_is_no_finding_and_a_larger_one_is(gs2):
    gs2.change_arrays("torch/lockstep/stages_float64.npz", **{STAGE: off(1e-6)})
    assert gs2.bad("stages")[f"float64.{STAGE}"].status == "fail"
    change(gs2, "stages", 1e-6)
    assert gs2.judge("stages").status == "inconclusive"
    change(gs2, "stages", 1e-8)
    assert gs2.judge("stages").status == "inconclusive"
    gs2.change_arrays("torch/lockstep/stages_float64.npz", **{STAGE: off(1e-4)})
    change(gs2, "stages", 1e-6)
    assert gs2.bad("stages")[f"float64.{STAGE}"].status == "fail"


def test_rounding_of_float32_is_no_other_result_where_a_side_knows_no_other_precision(gs2):
    def single(value):
        return value.astype(np.complex64 if np.iscomplexobj(value) else np.float32).astype(value.dtype)

    names = ("lockstep/stages_float64.npz", "repeat/stages_float64.npz")
    for name in (f"torch/{name}" for name in names):
        gs2.change_arrays(name, **dict.fromkeys(np.load(gs2.path / name).files, single))
    gs2.change_arrays(STAGES, **{STAGE: lambda value: single(value * (1 + 1e-6))})
    assert {check.status for check in gs2.judge("stages").checks if check.name == "torch.repeat"} == {"pass"}


def test_a_side_that_left_no_second_run_is_an_error(gs2):
    (gs2.path / FIRST).unlink()
    assert gs2.bad("gradient")["torch.repeat"].status == "error"


def test_a_side_that_cannot_be_given_weights_is_not_asked(gs2):
    (gs2.path / FIRST).unlink()
    (gs2.path / "torch" / layout.REPEAT / layout.MISSING).write_text('{"train": "torch cannot do it"}')
    assert "torch.repeat" not in {check.name for check in gs2.judge("gradient").checks}
