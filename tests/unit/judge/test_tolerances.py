import json
import math
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.errors import HarnessError
from harness.judge import tolerances
from harness.judge.ladder import JUDGES
from harness.judge.tolerances import Limit, entries, limits_of, resolve
from harness.networks.pinn.sections import PinnScenario
from harness.scenario.case import Case
from harness.scenario.catalogue import load_cases

SCENARIOS = Path(__file__).parents[3] / "scenarios"

AT_MOST = Limit("loss.float32", 1e-6, "at most", 0.0, "ledger")
AT_LEAST = Limit("reconstruction.pearson_r", 0.8, "at least", 1.0, "ledger")


def case(limits, origins, profile="stable"):
    return Case("gs", "gs", None, profile, PinnScenario(limits=limits), origins, {})


def test_every_entry_states_its_reason_and_source():
    for name, entry in entries().items():
        assert name.partition(".")[0] in JUDGES
        for measured in (entry, *entry.scenarios.values()):
            assert len(measured.reason) > 20
            assert measured.measured_in


def test_every_scenario_of_the_ledger_is_shipped():
    shipped = {case.name for case in load_cases([SCENARIOS], "stable", {})}
    assert {scenario for entry in entries().values() for scenario in entry.scenarios} <= shipped


def test_no_scenario_states_a_limit_that_the_ledger_has_measured_for_it():
    """The scenario's would win, and the measured one would look as if it were in force."""
    for case_ in (case_ for profile in tolerances.PROFILES for case_ in load_cases([SCENARIOS], profile, {})):
        assert [name for name in case_.scenario.limits if case_.name in entries()[name].scenarios] == []


def test_a_limit_that_was_measured_for_a_scenario_stands_in_for_the_general_one_there_alone():
    name = "patches.var_zero_mean"
    own, general = (resolve("stable", {}, {}, scenario).find(name) for scenario in ("gs1_ideal", "gs1_custom"))
    assert (own.value, own.origin) == (0.29, "ledger (gs1_ideal)")
    assert (general.value, general.origin) == (0.2, "ledger")
    assert limits_of(Case("gs1_ideal-1e3", "gs1_ideal", None, "stable", PinnScenario(), {}, {})).find(name) == own


def test_a_profile_that_was_not_measured_for_a_scenario_keeps_the_general_limit():
    found = resolve("smoke", {}, {}, "gs1_ideal").find("patches.var_zero_mean")
    assert (found.value, found.origin) == (0.2, "ledger")


def test_what_a_case_gives_stands_before_what_was_measured_for_its_scenario():
    name = "patches.var_zero_mean"
    found = resolve("stable", {name: 0.1}, {name: "override"}, "gs1_ideal").find(name)
    assert (found.value, found.origin, found.devices) == (0.1, "override", None)


def test_a_limit_of_a_scenario_that_no_check_asks_for_is_known():
    assert ("agreement.shift", "ledger (gs2_ideal)") in resolve("stable", {}, {}, "gs2_ideal").unused("agreement")


@pytest.mark.parametrize(
    ("own", "sentence"),
    [
        ({}, "loss.float32.scenarios: no value for gs1_ideal; give one each"),
        ({"value": 0.0}, r"limits.loss.float32 \(ledger \(gs1_ideal\)\): 0.0 is a limit that cannot fail"),
        ({"value": {"smoke": 0.0}}, "is a limit that cannot fail"),
        ({"value": 1.0, "unit": "pixels"}, "scenarios.gs1_ideal.unit"),
        ({"value": 1.0, "devices": ["tpu"]}, "scenarios.gs1_ideal.devices"),
    ],
)
def test_a_broken_ledger_is_refused_with_its_entry(own, sentence, monkeypatch, tmp_path):
    stated = {"reason": "r", "measured_in": "m", "devices": ["cpu"]}
    entry = {"value": 1e-6, "unit": "relative", "sense": "at most", "scenarios": {"gs1_ideal": stated | own}} | stated
    (tmp_path / "limits.yaml").write_text(json.dumps({"loss.float32": entry}))
    monkeypatch.setattr(tolerances, "LEDGER", tmp_path / "limits.yaml")
    with pytest.raises(HarnessError, match=sentence):
        entries.__wrapped__()


@given(st.floats(allow_nan=True, allow_infinity=True))
def test_a_limit_holds_where_its_margin_is_not_negative(value):
    for limit in (AT_MOST, AT_LEAST):
        margin = limit.margin(value)
        assert limit.holds(value) == (margin is not None and margin >= 0)


@pytest.mark.parametrize("value", [math.nan, math.inf, -math.inf])
def test_what_is_not_finite_never_holds(value):
    assert not AT_MOST.holds(value)
    assert not AT_LEAST.holds(value)


def test_the_direction_of_each_sense():
    assert AT_MOST.holds(0.9e-6)
    assert not AT_MOST.holds(1.1e-6)
    assert AT_LEAST.holds(0.81)
    assert not AT_LEAST.holds(0.79)


def test_margins_are_the_share_that_is_left():
    assert AT_MOST.margin(0.0) == 1
    assert AT_MOST.margin(2e-6) == pytest.approx(-1)
    assert AT_LEAST.margin(1.0) == pytest.approx(1)
    assert AT_LEAST.margin(0.9) == pytest.approx(0.5)
    assert AT_LEAST.margin(0.6) == pytest.approx(-1)


def test_a_scenario_limit_takes_the_place_of_the_ledgers_and_says_so():
    name = "reconstruction.amplitude.ssim"
    limits = limits_of(case({name: 0.75}, {f"limits.{name}": "profile stable: scenarios/gs1.yaml:12"}))
    found = limits.find(name)
    assert (found.value, found.origin, found.sense) == (0.75, "scenario scenarios/gs1.yaml:12", "at least")
    assert limits.find("loss.float32").origin == "ledger"


def test_an_override_is_named_as_such():
    limits = limits_of(case({"loss.float32": 1e-7}, {"limits.loss.float32": "override: command line"}))
    assert limits.find("loss.float32").origin == "override"


def test_profiles_differ():
    stable, smoke = (resolve(profile, {}, {}).find("patches.contrast").value for profile in ("stable", "smoke"))
    assert stable > smoke
    assert resolve("smoke", {}, {}).find("reconstruction.shift") is None


def test_an_unknown_limit_is_refused_with_its_place():
    with pytest.raises(HarnessError, match=r"limits.loss.float16 \(scenario gs1.yaml:3\).*loss.float32"):
        resolve("stable", {"loss.float16": 1.0}, {"loss.float16": "scenario gs1.yaml:3"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("loss.float32", 0.0),
        ("loss.float32", -1.0),
        ("loss.float32", math.inf),
        ("loss.float32", math.nan),
        ("reconstruction.pearson_r", -1.0),
        ("reconstruction.pearson_r", 1.0),
    ],
)
def test_a_limit_that_cannot_fail_or_cannot_hold_is_refused(name, value):
    with pytest.raises(HarnessError, match="cannot fail, or that nothing can keep"):
        resolve("stable", {name: value}, {name: "override"})


def test_unused_limits_of_the_case_are_known():
    limits = resolve("stable", {"loss.float32": 1e-7}, {"loss.float32": "override"})
    assert limits.unused("loss") == [("loss.float32", "override")]
    limits.find("loss.float32")
    assert limits.unused("loss") == []
    assert limits.unused("stages") == []


def test_a_check_that_the_ledger_does_not_know_is_an_error():
    with pytest.raises(HarnessError, match="holds no entry"):
        resolve("stable", {}, {}).find("loss.float16")
