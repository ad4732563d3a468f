"""One U-Net in Keras 3, written once: on TensorFlow it is the reference, on PyTorch the candidate.

The scenarios and ports beside this file are what a user would write. Where Keras computes in float32 on one of its
backends, the float64 checks must be red and say on which; nothing else may be red.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from pathlib import Path

import pytest

from harness.judge.evidence import Evidence
from harness.judge.ladder import judge_rung
from harness.judge.tolerances import resolve
from harness.judge.verdict import RED, Check, RungVerdict
from harness.session import case_runner, hub
from harness.session.request import Request

HERE = Path(__file__).parent
ALL = ("spec", "dataset", "stages", "loss", "gradient", "step", "trajectory")
RUNGS = {
    "unet": ALL,
    "unet_swapped": ALL,
    "unet_plain": ("spec", "stages", "loss", "step"),
    "unet_bilinear": ("spec", "stages"),
    "unet_normalised": ("spec", "stages"),
    "unet_numbers": ("spec", "loss", "gradient", "step"),
}
ONLY_ONE_ORDER = ("stages", "gradient")
"""Rungs that read what the candidate computed from the reference's stages."""
KNOWN = "{differs: in float32 on one side, reason: Keras, until: 2999-01-01}"
PAST = KNOWN.replace("2999", "2020")
SEEDS = ("training.seed", "grouping.seed", "dataset.object.seed", "dataset.scan.seed", "dataset.photon_seed")
Verdicts = Mapping[str, RungVerdict]
Judged = Callable[..., Verdicts]

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def hubs(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of all hubs, and of the store that they share."""
    return tmp_path_factory.mktemp("keras3")


@pytest.fixture(scope="module")
def judged(hubs: Path) -> Judged:
    """The verdicts of a case by rung.

    `declared`: differences that it declares, for which no leg runs a second time; `seed`: of data, groups and weights.
    """

    @cache
    def judge(name: str, declared: str = "", seed: int | None = None) -> Verdicts:
        override = [f"pair.declared={declared}"] if declared else []
        override += [f"{key}={seed}" for key in SEEDS if seed is not None]
        request = Request.from_texts(HERE, profile="smoke", store=str(hubs / "store"), override=override)
        [case] = [case for case in request.cases() if case.id == name]
        root = hubs / f"hub{len([*hubs.iterdir()])}"
        root.mkdir()
        case_runner.plan(root, case, RUNGS[name], request)
        case_runner.prepare(root, case, request)
        return {rung: case_runner.judge(hub.case_folder(root, name), rung) for rung in RUNGS[name]}

    return judge


def not_passed(verdict: RungVerdict) -> dict[str, Check]:
    return {check.name: check for check in verdict.checks if check.status != "pass"}


def worst(checks: Iterable[Check], start: tuple[str, ...]) -> float:
    return max(check.value for check in checks if check.name.startswith(start) and check.value is not None)


@pytest.mark.parametrize("port", ["exact.py", "plain.py"])
def test_a_side_is_at_most_eight_lines(port: str) -> None:
    text = (HERE / "ports" / port).read_text()
    assert len([line for line in text.splitlines() if line and not line.startswith('"""')]) <= 8


def all_green(verdicts: Verdicts) -> bool:
    assert {rung: not_passed(verdict) for rung, verdict in verdicts.items()} == {rung: {} for rung in verdicts}
    return True


def test_the_same_network_is_green(judged: Judged) -> None:
    assert all_green(judged("unet"))


def test_it_is_green_by_rounding_of_float64_alone(judged: Judged) -> None:
    found = judged("unet")
    assert worst(found["stages"].checks, ("float64.", "alone.")) < 1e-14
    assert worst(found["gradient"].checks, ("float64.", "slope.")) < 1e-14
    assert worst(found["trajectory"].checks, ("float64.",)) < 1e-14


def test_it_is_green_when_the_other_side_is_the_reference(judged: Judged, hubs: Path) -> None:
    judged("unet")
    [folder] = hubs.glob("hub*/unet")
    swapped, limits = Evidence(folder, ("on_torch", "on_tensorflow")), resolve("smoke", {}, {})
    assert all_green({rung: judge_rung(rung, swapped, limits) for rung in ALL if rung not in ONLY_ONE_ORDER})


def test_a_side_whose_names_need_no_mapping_takes_one_process_for_its_own_legs(judged: Judged, hubs: Path) -> None:
    judged("unet")
    [log] = hubs.glob("hub*/unet/on_tensorflow/**/*.log")
    own, again = [line for line in log.read_text().splitlines() if " command: " in line]
    assert {"contract", "lockstep"} <= set(re.findall(r"(\w+)-\w{8}\.json", own))
    assert re.findall(r"(\w+)-\w{8}\.json", again)[0] == "repeat"  # which must be the first in its process


@pytest.mark.nightly
def test_layers_in_float32_are_red_in_float64_alone_and_say_on_which_side(judged: Judged) -> None:
    found = judged("unet_plain")
    assert found["spec"].status == "pass"
    red = not_passed(found["stages"])
    assert [name for name in red if name.startswith("alone.")] == ["alone.norm", "alone.up"]
    assert next(name for name in red if name.startswith("float64.")) == "float64.norm"
    assert not [name for name in red if not name.startswith(("alone.", "float64."))]
    for stage, side in (("norm", "on_torch"), ("up", "on_tensorflow")):
        assert is_in_float32(red[f"alone.{stage}"], side)
        assert red[f"alone.{stage}"].message.startswith(f"stage {stage} of on_torch alone")


def is_in_float32(check: Check, side: str) -> bool:
    assert f"computed in float32 by {side}, although" in check.message
    return check.status == "fail" and check.value == pytest.approx(1e-7, rel=0.95)


@pytest.mark.nightly
def test_keras_own_loss_is_red_in_float64_alone_and_says_on_which_side(judged: Judged) -> None:
    red = not_passed(judged("unet_plain")["loss"])
    assert [*red] == ["float64.loss", "float64.objective"]
    assert all(is_in_float32(check, "on_torch") for check in red.values())


@pytest.mark.nightly
def test_betas_of_python_are_red_in_float64_alone_and_say_on_which_side(judged: Judged) -> None:
    red = not_passed(judged("unet_plain")["step"])
    assert all(name.startswith("float64.") for name in red)
    weights = {name: check for name, check in red.items() if name.endswith((".kernel", ".bias", ".gain"))}
    assert {"float64.fine.kernel", "float64.fine.bias", "float64.head.kernel", "float64.head.bias"} <= set(weights)
    for check in weights.values():
        assert "on_tensorflow leaves Adam's formula with the constants that it states" in check.message


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "declared", "expected"),
    [
        ("unet_plain", f"{{norm: {KNOWN}, up: {KNOWN}}}", {"alone.norm": "declared", "alone.up": "declared"}),
        ("unet_plain", f"{{norm: {KNOWN}}}", {"alone.norm": "declared", "alone.up": "fail"}),
        ("unet_plain", f"{{norm: {KNOWN}, up: {PAST}}}", {"alone.norm": "declared", "alone.up": "fail"}),
        ("unet", f"{{up: {KNOWN}}}", {"no_longer_there": "fail"}),
    ],
    ids=["declared", "taken-away", "past-its-day", "no-longer-there"],
)
def test_a_declared_difference(judged: Judged, name: str, declared: str, expected: dict[str, str]) -> None:
    verdict = judged(name, declared)["stages"]
    red = not_passed(verdict)
    assert {name: red[name].status for name in expected} == expected
    assert (verdict.status in RED) == ("fail" in expected.values())


@pytest.mark.nightly
def test_run_in_the_other_order_it_is_green(judged: Judged) -> None:
    assert all_green(judged("unet_swapped"))


@pytest.mark.nightly
@pytest.mark.parametrize("name", ["unet", "unet_swapped"])
@pytest.mark.parametrize("seed", range(1, 21))
def test_no_seed_raises_a_false_alarm(judged: Judged, name: str, seed: int) -> None:
    assert all_green(judged(name, seed=seed))


@pytest.mark.nightly
@pytest.mark.parametrize(
    ("name", "stage", "side"),
    [("unet_bilinear", "up", "on_tensorflow"), ("unet_normalised", "norm", "on_torch")],
)
def test_one_layer_by_itself(judged: Judged, name: str, stage: str, side: str) -> None:
    red = not_passed(judged(name)["stages"])
    assert [found for found in red if found.startswith("alone.")] == [f"alone.{stage}"]
    assert is_in_float32(red[f"alone.{stage}"], side)
    assert not [found for found in red if found.startswith("float32.")]


@pytest.mark.nightly
def test_numbers_by_themselves_leave_the_gradient_as_it_is(judged: Judged) -> None:
    found = judged("unet_numbers")
    assert {rung: verdict.status for rung, verdict in found.items()} == {
        "spec": "pass", "loss": "fail", "gradient": "pass", "step": "fail",
    }  # fmt: skip
