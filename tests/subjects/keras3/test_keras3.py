"""One U-Net in Keras 3, written once: on TensorFlow it is the reference, on PyTorch the candidate.

The scenarios and ports beside this file are what a user would write. Where Keras computes in float32 on one of its
backends, the float64 checks must be red and say on which; nothing else may be red.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

from harness.judge.verdict import Check, RungVerdict
from harness.session import case_runner, hub
from harness.session.request import Request

HERE = Path(__file__).parent
RUNGS = {
    "unet": ("spec", "dataset", "stages", "loss", "gradient", "step", "trajectory", "telemetry"),
    "unet_swapped": ("spec", "stages", "loss", "gradient", "step", "trajectory"),
    "unet_layers": ("spec", "stages"),
    "unet_numbers": ("spec", "loss", "step"),
}
KNOWN = "{differs: in float32 on one side, reason: Keras, until: 2999-01-01}"
PAST = KNOWN.replace("2999", "2020")
Verdicts = Mapping[str, RungVerdict]
Judged = Callable[..., Verdicts]


@pytest.fixture(scope="module")
def judged(tmp_path_factory: pytest.TempPathFactory) -> Judged:
    """The verdicts of a case by rung; `declared`: differences that it declares, for which no leg runs a second time."""
    folder = tmp_path_factory.mktemp("keras3")

    @cache
    def judge(name: str, declared: str = "") -> Verdicts:
        override = [f"pair.declared={declared}"] if declared else []
        request = Request.from_texts(HERE, profile="smoke", store=str(folder / "store"), override=override)
        [case] = [case for case in request.cases() if case.id == name]
        root = folder / f"hub{len([*folder.iterdir()])}"
        root.mkdir()
        case_runner.plan(root, case, RUNGS[name], request)
        case_runner.prepare(root, case, request)
        return {rung: case_runner.judge(hub.case_folder(root, name), rung) for rung in RUNGS[name]}

    return judge


def not_passed(verdict: RungVerdict) -> dict[str, Check]:
    return {check.name: check for check in verdict.checks if check.status != "pass"}


def worst(checks: Iterable[Check], start: str) -> float:
    return max(check.value for check in checks if check.name.startswith(start) and check.value is not None)


@pytest.mark.parametrize("port", ["exact.py", "plain.py"])
def test_a_side_is_at_most_eight_lines(port: str) -> None:
    text = (HERE / "ports" / port).read_text()
    assert len([line for line in text.splitlines() if line and not line.startswith('"""')]) <= 8


@pytest.mark.parametrize("name", ["unet", "unet_swapped"])
def test_the_same_network_is_green_in_both_orders(judged: Judged, name: str) -> None:
    assert {rung: not_passed(verdict) for rung, verdict in judged(name).items()} == {rung: {} for rung in RUNGS[name]}


def test_it_is_green_by_rounding_of_float64_alone(judged: Judged) -> None:
    found = judged("unet")
    assert worst(found["stages"].checks, "float64.") < 1e-14
    assert worst(found["gradient"].checks, "float64.") < 1e-14
    assert worst(found["trajectory"].checks, "float64.") < 1e-14


def test_layers_in_float32_are_red_in_float64_alone_and_say_on_which_side(judged: Judged) -> None:
    found = judged("unet_layers")
    assert found["spec"].status == "pass"
    red = not_passed(found["stages"])
    assert [name for name in red if name.startswith("alone.")] == ["alone.norm", "alone.up"]
    assert next(name for name in red if name.startswith("float64.")) == "float64.norm"
    assert not [name for name in red if not name.startswith(("alone.", "float64."))]
    for stage, side in (("norm", "on_torch"), ("up", "on_tensorflow")):
        check = red[f"alone.{stage}"]
        assert check.status == "fail"
        assert check.value == pytest.approx(1e-7, rel=0.8)
        assert check.message.startswith(f"stage {stage} of on_torch alone")
        assert f"computed in float32 by {side}, although" in check.message


def test_keras_own_loss_and_betas_of_python_are_red_in_float64_alone_and_say_on_which_side(judged: Judged) -> None:
    found = judged("unet_numbers")
    assert found["spec"].status == "pass"
    red = not_passed(found["loss"])
    assert [*red] == ["float64.loss", "float64.objective"]
    assert all("computed in float32 by on_torch, although" in check.message for check in red.values())
    red = not_passed(found["step"])
    assert "float64.fine.kernel" in red
    for name, check in red.items():
        assert name.startswith("float64.")
        assert "on_tensorflow leaves Adam's formula with the constants that it states" in check.message


@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        ("unet_layers", f"{{norm: {KNOWN}, up: {KNOWN}}}", {"alone.norm": "declared", "alone.up": "declared"}),
        ("unet_layers", f"{{norm: {KNOWN}}}", {"alone.norm": "declared", "alone.up": "fail"}),
        ("unet_layers", f"{{norm: {KNOWN}, up: {PAST}}}", {"alone.norm": "declared", "alone.up": "fail"}),
        ("unet", f"{{up: {KNOWN}}}", {"no_longer_there": "fail"}),
    ],
    ids=["declared", "taken-away", "past-its-day", "no-longer-there"],
)
def test_a_declared_difference(judged: Judged, name: str, declared: str, expected: dict[str, str]) -> None:
    red = not_passed(judged(name, declared)["stages"])
    assert {name: red[name].status for name in expected} == expected
    assert judged(name, declared)["stages"].status == ("fail" if "fail" in expected.values() else "declared")
