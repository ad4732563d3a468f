"""Declared differences: told apart, until their day, and only while they are there."""

from dataclasses import replace

import pytest

from harness.judge.declared import Parting, applied, demand_still_there, gone, gone_from, is_about
from harness.judge.findings import Findings
from harness.judge.tolerances import Limits
from harness.judge.verdict import CONTRACT, Check, Status
from harness.ports.contract import Contract, Stage
from harness.records.declared import DeclaredDifference

NETWORK = Contract(
    network="stated",
    weights=(),
    stages=(Stage(name="down"), Stage(name="up"), Stage(name="output")),
    losses=(),
    optimiser_state=(),
    scale=None,
    region=16,
)


def check(name: str, status: Status = "fail", rung: str = "stages") -> Check:
    return Check(rung, name, status, None, None, None, CONTRACT, "they differ")


def declared(what: str, until: str = "2999-01-01") -> dict[str, DeclaredDifference]:
    return {what: DeclaredDifference(differs="bilinear on the candidate", reason="known", until=until)}


SIDES = ("keras", "torch")
BOTH: Parting = {"float32": "up", "float64": "up", "training": "up"}


def statuses(
    rung: str, checks: list[Check], known: dict[str, DeclaredDifference], parting: Parting = BOTH
) -> dict[str, Status]:
    return {one.name: one.status for one in applied(rung, checks, known, NETWORK, parting, SIDES)}


def test_a_declared_difference_is_declared_and_says_why() -> None:
    [found] = applied("stages", [check("alone.up")], declared("up"), NETWORK, BOTH, SIDES)
    assert found.status == "declared"
    assert found.message == "they differ; declared until 2999-01-01: bilinear on the candidate (known)"


def test_what_is_excused_has_no_margin() -> None:
    beyond = [replace(check(name), value=9.0, limit=1.0, margin=-8.0) for name in ("alone.up", "float64.output")]
    found = applied("stages", beyond, declared("up"), NETWORK, BOTH, SIDES)
    assert [(one.status, one.margin) for one in found] == [("declared", None), ("inconclusive", None)]


def test_what_agrees_stays_green() -> None:
    assert statuses("stages", [check("alone.up", "pass")], declared("up")) == {"alone.up": "pass"}


def test_another_stage_stays_red() -> None:
    assert statuses("stages", [check("alone.down"), check("float64.down")], declared("up")) == {
        "alone.down": "fail",
        "float64.down": "fail",
    }


def test_after_its_day_it_is_red_again() -> None:
    [found] = applied("stages", [check("alone.up")], declared("up", "2020-01-01"), NETWORK, BOTH, SIDES)
    assert found.status == "fail"
    assert found.message.endswith("declared until 2020-01-01, which has passed")


def test_what_is_computed_behind_it_is_inconclusive_where_the_sides_part() -> None:
    found = statuses("stages", [check("float64.output"), check("alone.output")], declared("up"))
    assert found == {"float64.output": "inconclusive", "alone.output": "fail"}
    assert statuses("gradient", [check("float64.head.kernel", rung="gradient")], declared("up")) == {
        "float64.head.kernel": "inconclusive"
    }
    assert statuses("dataset", [check("batch", rung="dataset")], declared("up")) == {"batch": "fail"}


def test_a_setting_hides_nothing_behind_it() -> None:
    loss, known = [check("float64.mse", rung="loss")], declared("options.epsilon")
    assert statuses("loss", loss, known, {}) == {"float64.mse": "fail"}


@pytest.mark.parametrize("what", ["options.epsilon", "epsilon_added", "options.*", "global_clipnorm", "use_ema"])
def test_a_constant_of_the_optimiser_is_behind_what_follows_a_step(what: str) -> None:
    for rung in ("step", "trajectory", "telemetry"):
        assert statuses(rung, [check("float64.up.kernel", rung=rung)], declared(what), {}) == {
            "float64.up.kernel": "inconclusive"
        }


def test_a_stage_that_parts_in_float64_alone_leaves_float32_to_be_judged() -> None:
    names = ("float32.head.kernel", "float64.head.kernel")
    for rung in ("gradient", "step"):
        checks = [check(name, rung=rung) for name in names]
        found = statuses(rung, checks, declared("up"), {"float64": "up"})
        assert found == {"float32.head.kernel": "fail", "float64.head.kernel": "inconclusive"}
    whole = [check("float32.output"), check("float64.output")]
    found = statuses("stages", whole, declared("up"), {"float64": "up"})
    assert found == {"float32.output": "fail", "float64.output": "inconclusive"}


@pytest.mark.parametrize(
    ("name", "what", "expected"),
    [
        ("spec.layers.up.interpolation", "up", True),
        ("spec.layers.up.interpolation", "up.interpolation", True),
        ("spec.layers.up.interpolation", "up.padding", False),
        ("stages.alone.upper", "up", False),
        ("stages.alone.norm_12", "norm*", True),
        ("layers.norm_12.momentum", "norm_*.epsilon", False),
        ("layers.enorm.epsilon", "norm*", False),
    ],
)
def test_a_declaration_speaks_of_whole_parts_of_a_name(name: str, what: str, expected: bool) -> None:
    assert is_about(name, what) == expected


def test_what_is_no_longer_there_is_told() -> None:
    known = declared("up") | declared("down")
    assert gone(known, ["stages.alone.up"]) == ["down"]
    findings = Findings("stages", Limits({}))
    demand_still_there(findings, known, [check("alone.up"), check("alone.down", "pass")])
    [told] = findings.checks
    assert (told.name, told.status) == ("no_longer_there", "fail")
    assert told.message == (
        "down is declared to differ (bilinear on the candidate), and does not; take the declaration out"
    )


def test_what_chance_decides_is_not_missed() -> None:
    known = {"up": declared("up")["up"].model_copy(update={"every_run": False})}
    assert gone(known, []) == []
    assert statuses("stages", [check("alone.up")], known) == {"alone.up": "declared"}


@pytest.mark.parametrize("rung", ["telemetry", "reconstruction", "ensemble"])
def test_what_is_declared_of_a_rung_is_looked_for_there(rung: str) -> None:
    known = declared(f"{rung}.torch.mean")
    [told] = gone_from(rung, [check("torch.mean", "pass", rung)], known)
    assert (told.name, told.status) == ("no_longer_there", "fail")
    assert gone_from(rung, [check("torch.mean", rung=rung)], known) == []
    assert gone_from("patches", [], known) == []


def test_the_slope_of_the_loss_is_computed_behind_no_stage() -> None:
    assert statuses("gradient", [check("slope.output", rung="gradient")], declared("up")) == {"slope.output": "fail"}


def test_what_a_side_does_by_itself_follows_from_no_difference() -> None:
    for rung in ("gradient", "step", "trajectory", "telemetry"):
        name = "torch.float32.moving"
        assert statuses(rung, [check(name, rung=rung)], declared("up") | declared("epsilon")) == {name: "fail"}
    assert statuses("physics", [check("torch.float32", rung="physics")], declared("up")) == {
        "torch.float32": "inconclusive"
    }


@pytest.mark.parametrize(("found", "expected"), [("", "declared"), ("17 times", "declared"), ("34 times", "fail")])
def test_a_difference_that_is_another_than_the_declared_one_stays_red(found: str, expected: str) -> None:
    known = {"up": declared("up")["up"].model_copy(update={"found": found})}
    wrong = replace(check("alone.up"), message="every value is 17 times that of the other side")
    [told] = applied("stages", [wrong], known, NETWORK, {}, SIDES)
    assert told.status == expected
    assert ("declared as '34 times': the difference has changed" in told.message) == (expected == "fail")
