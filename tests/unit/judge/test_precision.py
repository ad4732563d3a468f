"""The precision of a stage is measured: float32 under another name decides nothing in float64."""

import numpy as np
import pytest

from harness.files import write_json
from harness.judge.localisation import localise
from harness.judge.precision import in_float32, of_rounding, significant_bits
from harness.judge.verdict import CONTRACT, Check

SIDES = ("tensorflow", "torch")
STAGES, GRADIENTS = "{}/lockstep/stages_float64.npz", "{}/lockstep/gradients_float64.npz"
KERNEL = "encoder.0.conv1.kernel"


def rounded(array):
    """What a cast to float32 and back leaves."""
    narrow = np.complex64 if np.iscomplexobj(array) else np.float32
    return array.astype(narrow).astype(array.dtype)


def moved(array, number):
    """As two frameworks round in float32: some values a unit in the last place apart."""
    factor = 1 + number * 1e-7 * (np.arange(array.size).reshape(array.shape) % 3 == 0)
    return rounded(array * factor)


def narrow_both(case, name="encoder.0", change=rounded):
    """Both sides compute a stage in float32, alone and in the whole pass, each with rounding of its own."""
    files = (STAGES.format("tensorflow"), STAGES.format("torch"), "torch/graft/stages.npz")
    for number, file in zip((0, 1, 1), files, strict=True):
        case.change_arrays(file, **{name.replace(".", "__"): lambda a, by=number: change(moved(a, by))})


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.linspace(0, 1, 50), 53),
        (np.linspace(0, 1, 50).astype(np.float32), 24),
        (np.linspace(0, 1, 50).astype(np.float32).astype(np.float64), 24),
        (-np.linspace(0, 1, 50).astype(np.float16).astype(np.float32), 11),
        (np.array([1.0, 0.5, -4.0]), 1),
        (np.array([3.0, 1 / 3]), 53),
        (np.zeros(3), 0),
        (np.zeros(0, np.float32), 0),
    ],
)
def test_bits_that_are_in_use(values, expected):
    assert significant_bits(values) == expected


@pytest.mark.parametrize(
    ("array", "expected"),
    [
        (np.linspace(0, 1, 50, dtype=np.float32).astype(np.float64), True),
        (np.linspace(0, 1, 50, dtype=np.float32), True),
        (np.linspace(0, 1, 50), False),
        (np.linspace(0, 1, 50, dtype=np.float32) * np.complex64(1j), True),
        ((np.linspace(0, 1, 50, dtype=np.float32) * np.complex64(1j)).astype(np.complex128), True),
        (np.exp(1j * np.linspace(0, 1, 50)), False),
        (np.zeros(5), False),
        (np.arange(5), False),
        (np.full(5, 1e300), False),
    ],
)
def test_an_array_of_float64_may_hold_float32(array, expected) -> None:
    assert in_float32(array) is expected


def test_where_both_sides_compute_in_float32_float64_decides_nothing(gs2) -> None:
    narrow_both(gs2)
    found = gs2.bad("stages")
    assert {name: check.status for name, check in found.items()} == {
        "alone.encoder.0": "inconclusive",
        "float64.encoder.0": "inconclusive",
    }
    assert "both sides compute it in float32, so float64 cannot be had" in found["float64.encoder.0"].message


def test_so_it_is_where_the_type_says_it(gs2) -> None:
    narrow_both(gs2, change=lambda a: a.astype(np.float32))
    assert {check.status for check in gs2.bad("stages").values()} == {"inconclusive"}


def test_a_stage_that_hands_on_what_it_is_fed_keeps_the_digits_and_not_the_type(gs2) -> None:
    """Fed with float32 in an array of float64, a stage alone is of that type; the whole pass has the narrow one."""
    narrow_both(gs2, change=lambda a: a.astype(np.float32))
    gs2.change_arrays("torch/graft/stages.npz", encoder__0=lambda a: a.astype(np.float64))
    assert {check.status for check in gs2.bad("stages").values()} == {"inconclusive"}


def test_what_follows_is_left_to_float32(gs2) -> None:
    narrow_both(gs2)
    gs2.change_arrays(STAGES.format("torch"), intensity=lambda a: a * (1 + 1e-8))
    gs2.change_arrays(GRADIENTS.format("torch"), **{KERNEL.replace(".", "__"): lambda a: a * (1 + 1e-6)})
    assert gs2.bad("stages")["float64.intensity"].status == "inconclusive"
    found = gs2.bad("gradient")[f"float64.{KERNEL}"]
    assert found.status == "inconclusive"
    assert "both sides compute the stage encoder.0 in float32" in found.message


def test_a_weight_that_never_moves_needs_no_precision(gs2) -> None:
    narrow_both(gs2)
    start = np.load(gs2.path / "torch/trajectory/start_float64.npz")[KERNEL]
    gs2.change_arrays("torch/trajectory/last_float64.npz", **{KERNEL.replace(".", "__"): start})
    assert gs2.bad("trajectory")["torch.float64.moving"].status == "fail"


def test_what_float32_shows_as_well_stays_red(gs2) -> None:
    narrow_both(gs2)
    for precision in ("float32", "float64"):
        file = GRADIENTS.format("torch").replace("float64", precision)
        gs2.change_arrays(file, **{KERNEL.replace(".", "__"): lambda a: a * np.float32(1.01)})
    assert gs2.bad("gradient")[f"float64.{KERNEL}"].status == "fail"


def test_more_than_rounding_of_float32_is_wrong(gs2) -> None:
    narrow_both(gs2)
    gs2.change_arrays(STAGES.format("torch"), encoder__0=lambda a: rounded(1.01 * a))
    assert gs2.bad("stages")["float64.encoder.0"].status == "fail"


def test_one_side_in_float32_differs_from_the_other_and_is_named(gs2) -> None:
    gs2.change_arrays(STAGES.format("torch"), encoder__0=rounded)
    found = gs2.bad("stages")["float64.encoder.0"]
    assert found.status == "fail"
    assert "; computed in float32 by torch, although float64 was asked for" in found.message


def test_sides_that_hold_the_same_values_of_float32_agree(gs2) -> None:
    """As where a stage passes on what was measured."""
    for file in (*map(STAGES.format, SIDES), "torch/graft/stages.npz"):
        stage = np.load(gs2.path / STAGES.format("tensorflow"))["encoder.0"]
        gs2.change_arrays(file, encoder__0=rounded(stage))
    assert gs2.bad("stages") == {}


def red(name, value, limit=1e-12):
    return Check("stages", name, "fail", value, limit, 1 - value / limit, CONTRACT, "they differ")


def test_what_float32_hides_is_told_last_where_it_shows_what_is_wrong():
    large, small = red("alone.down2", 0.6), red("alone.enc", 3e-9)
    shown = red("float32.down2", 0.6, 1e-6)
    passed = Check("stages", "float32.enc", "pass", 0.0, 1e-6, 1.0, CONTRACT, "they agree")
    whole = [red("float64.enc", 3e-9), red("float64.down2", 0.6)]
    assert of_rounding([small, large, *whole, passed, shown]) == {"alone.enc", "float64.enc"}
    assert of_rounding([small, whole[0], passed]) == set(), "nothing else is wrong"
    assert of_rounding([small, *whole, passed, shown]) == set(), "it grew, and nothing larger is wrong by itself"


def scale(case, name, factor, files):
    """Multiply a stage of the candidate in some files."""
    for file in files:
        case.change_arrays(file, **{name.replace(".", "__"): lambda a: (a * factor).astype(a.dtype)})


IN_FLOAT64 = (STAGES.format("torch"), "torch/graft/stages.npz")
EVERYWHERE = (*IN_FLOAT64, "torch/lockstep/stages_float32.npz")


def test_the_stage_that_float32_shows_is_named_before_one_that_it_hides(gs2):
    scale(gs2, "encoder.0", 1 + 3e-9, IN_FLOAT64)
    scale(gs2, "encoder.1", 1.01, EVERYWHERE)
    verdict = gs2.judge("stages")
    assert "encoder.1" in verdict.message
    assert localise(gs2.evidence, [verdict]).first.tensor == "encoder.1"
    small = [number for number, check in enumerate(verdict.checks) if check.name.endswith(".encoder.0")]
    assert min(number for number in small if verdict.checks[number].status == "fail") > 3


def test_where_the_larger_one_is_declared_the_one_that_float32_hides_is_named(gs2):
    """The place is sought among what is red in the end, not among what the rung found before declarations."""
    scale(gs2, "encoder.0", 1 + 3e-9, IN_FLOAT64)
    scale(gs2, "encoder.1", 1.01, EVERYWHERE)
    known = {"differs": "wider", "reason": "known", "until": "2999-01-01"}
    write_json(gs2.path / "declared.json", {"differences": {"encoder.1": known}})
    verdict = gs2.judge("stages")
    assert {check.name for check in verdict.checks if check.status == "fail"} == {
        "alone.encoder.0",
        "float64.encoder.0",
    }
    assert localise(gs2.evidence, [verdict]).first.tensor == "encoder.0"
