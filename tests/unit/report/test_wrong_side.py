"""Who is wrong, told by anything but the other side; and the admission that nothing tells it."""

from dataclasses import dataclass

import pytest

from harness.judge.verdict import Check
from harness.records.localisation import LocalisationRecord
from harness.report.wrong_side import UNTOLD, wrong_side

SIDES = ("keras", "torch")


@dataclass
class Case:
    checks: tuple[Check, ...]
    backends: tuple[str, ...] = SIDES


def check(rung, name, status="fail", message="said"):
    return Check(rung, name, status, None, None, None, "contract", message)


def told(rung, *checks):
    reds = [one for one in checks if one.rung == rung and one.status == "fail"]
    return wrong_side(Case(checks), reds, None)


BETWEEN = check("stages", "float64.exit_wave")


@pytest.mark.parametrize(
    ("rung", "checks", "expected"),
    [
        ("stages", [BETWEEN], UNTOLD),
        ("physics", [check("physics", "torch.float64.power")], "torch is wrong: the oracle agrees with keras"),
        ("loss", [check("loss", "keras.float64.poisson")], "keras is wrong: the oracle agrees with torch"),
        (
            "physics",
            [check("physics", f"{side}.float64.power") for side in SIDES],
            "keras and torch are wrong: the oracle agrees with neither",
        ),
        (
            "patches",
            [check("patches", "keras.contrast"), check("patches", "std")],
            "keras is wrong: it fails by itself",
        ),
        ("dataset", [check("dataset", "seen.torch.input")], "torch is wrong: it fails by itself"),
        (
            "step",
            [check("step", "float64.w", message="w; torch leaves Adam's formula with the constants that it states")],
            "torch is wrong: Adam's formula says so",
        ),
        (
            "agreement",
            [check("agreement", "pearson_r"), check("reconstruction", "keras.pearson_r")],
            "keras is wrong: the truth or a closed form says so",
        ),
        ("stages", [BETWEEN, check("reconstruction", "keras.pearson_r", "pass")], UNTOLD),
        ("stages", [BETWEEN, *(check("reconstruction", f"{side}.pearson_r") for side in SIDES)], UNTOLD),
    ],
)
def test_who_is_wrong(rung, checks, expected):
    assert told(rung, *checks) == expected


@pytest.mark.parametrize(
    ("narrow", "expected"), [(("torch",), "torch is wrong: float64 was asked for"), (SIDES, UNTOLD), ((), UNTOLD)]
)
def test_a_precision_that_both_lack_makes_neither_wrong(narrow, expected):
    first = {"stage": "exit_wave", "tensor": "exit_wave", "rung": "stages", "check": BETWEEN.name, "first_step": 0}
    size = {"max_abs": 1.0, "max_rel": 1.0, "ulp": None, "shape": (2, 2)}
    found = LocalisationRecord(**first, **size, precision="float64", against="keras", message="said", in_float32=narrow)
    assert wrong_side(Case((BETWEEN,)), [BETWEEN], found) == expected
