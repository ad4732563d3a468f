"""What became of real bugs: figures by bug, their intervals, and pages that say what is open."""

from pathlib import Path

import pytest

from harness import layout
from harness.faults import catalogue
from harness.faults.catalogue import Injected
from harness.files import read_json
from harness.judge.verdict import CONTRACT, Check
from harness.report import fault_page, real_bugs, real_text
from harness.session.trials import Outcome

SIDES = ("keras", "torch")
FIXED = {("supervised_normalised", side): () for side in SIDES} | {("gs2_custom", "torch"): ()}


def outcome(name: str, side: str, *red: tuple[str, str]) -> Outcome:
    """A trial of which these rungs, each with the message of its check, are red."""
    checks = tuple(Check(rung, "one", "fail", None, None, None, CONTRACT, message) for rung, message in red)
    other = next(one for one in SIDES if one != side)
    rungs, message = tuple(rung for rung, _ in red), red[0][1] if red else ""
    return Outcome(Injected(catalogue.named(name), side), rungs, (), message, (other, side), checks)


MOMENTUM = [
    outcome("real.momentum-complement", side, ("spec", "layer norm.momentum: 0.875 and 0.125"), ("step", "apart"))
    for side in SIDES
]
FLATTEN = [
    outcome("real.flatten-order", "keras", ("stages", "waist: too far apart")),
    outcome("real.flatten-order", "torch"),
]
CANCEL = outcome("real.reassembly-signs-cancel", "torch")


def test_a_bug_counts_where_it_holds_on_every_side() -> None:
    found = real_bugs.record([*MOMENTUM, *FLATTEN, CANCEL], FIXED)["figures"]
    counts = ("bugs", "trials", "caught", "as_expected", "lowest_as_expected", "cause_named", "sound", "alarms")
    assert [found[name] for name in counts] == [2, 4, 1, 1, 0, 1, 4, 0]
    assert found["recall"]["share"] == 0.5
    assert (found["recall"]["low"], found["recall"]["high"]) == pytest.approx((0.0126, 0.9874), abs=1e-4)


def test_a_red_fixed_version_is_a_false_alarm_and_so_are_two_bugs_that_cancel() -> None:
    red = outcome("real.reassembly-signs-cancel", "torch", ("canvas", "apart"))
    fixed = {**FIXED, ("supervised_normalised", "keras"): ("telemetry",)}
    record = real_bugs.record([*MOMENTUM, red], fixed)
    assert record["figures"]["alarms"] == 2
    assert [real_text.is_open(one) for one in record["trials"]] == [True, False, True]
    assert [real_text.is_wrong(one) for one in record["trials"]] == [True, False, True]


def test_a_bug_that_is_red_elsewhere_is_wrong_unless_it_says_why() -> None:
    elsewhere, explained = (
        outcome(name, "torch", ("patches", "apart")) for name in ("real.flatten-order", "real.scale-inverted")
    )
    record = real_bugs.record([*FLATTEN, elsewhere, explained, CANCEL], FIXED)
    wrong = [(one["bug"], real_text.is_wrong(one)) for one in record["trials"]]
    assert wrong == [
        ("real.flatten-order", False),
        ("real.flatten-order", True),  # missed
        ("real.flatten-order", True),
        ("real.reassembly-signs-cancel", False),
        ("real.scale-inverted", False),
    ]


def test_the_interval_is_that_of_clopper_and_pearson() -> None:
    assert real_bugs.interval(53, 53)["low"] == pytest.approx(0.025 ** (1 / 53))
    assert real_bugs.interval(0, 8)["high"] == pytest.approx(1 - 0.025 ** (1 / 8))
    assert real_bugs.interval(0, 0) == {"share": 0.0, "low": 0.0, "high": 1.0}


def test_the_pages_say_what_is_open_and_what_the_contract_told(tmp_path: Path) -> None:
    page = fault_page.add_real(tmp_path, real_bugs.record([*MOMENTUM, *FLATTEN, CANCEL], FIXED))
    assert read_json(tmp_path / "faults" / layout.REAL_BUGS)["figures"]["bugs"] == 2
    text = (tmp_path / "faults" / layout.REAL_BUGS_TEXT).read_text()
    assert "2 bugs in 4 trials: 1 caught, recall 0.500 (0.013 to 0.987). 4 sound cases: 0 red" in text
    assert "| both | step | spec, then step | named | green |" in text
    assert "| real.flatten-order | torch | nothing is red; stages was expected |  |" in text
    assert "| real.flatten-order | torch | Ca" not in text
    shown = page.read_text()
    assert shown.index("open</span>") > shown.index("real.flatten-order")
    assert "layer norm.momentum: 0.875 and 0.125" in shown


def test_a_line_for_the_terminal_holds_what_a_person_asks_first() -> None:
    [row, _] = real_bugs.record(MOMENTUM, FIXED)["trials"]
    words = real_text.line(row).split()
    assert words[:4] == ["real.momentum-complement@keras", "spec,", "then", "step"]
    assert words[4:] == ["expected", "step", "cause", "named", "fixed", "green"]
