"""The sentence that says what is wrong with a case, and the line that holds it."""

import re
import runpy
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from markupsafe import escape

from harness.files import plain
from harness.judge.localisation import LOCKSTEP_RUNGS, localise
from harness.judge.verdict import Check, RungVerdict
from harness.records.localisation import LocalisationRecord
from harness.records.metrics import AgreementRecord, CanvasMetrics, PatchMetrics, ScaleMetrics
from harness.records.summary import CaseSummary, SideSummary, Summary
from harness.records.timing import TimingRecord
from harness.report import markdown
from harness.report.diagnosis import diagnosis
from harness.report.summary import lowest_red_rung, worst
from harness.report.wrong_side import UNTOLD

ROOT = Path(__file__).parents[3]
JUDGED = runpy.run_path(str(ROOT / "tests" / "unit" / "judge" / "conftest.py"))
F64 = "torch/lockstep/stages_float64.npz"
SIDES = ("tensorflow", "torch")
LEFT = re.compile(r"(nothing|\de-\d\d) is left; ")
"""What an explanation leaves depends on the machine."""
NOTHING = SideSummary(
    **TimingRecord().model_dump(), infer_seconds=None, cached=False, final_loss=None, first_nonfinite=None,
    intensity_scale=ScaleMetrics(), patches=PatchMetrics(), canvas=CanvasMetrics(), reconstruction={}, message="",
)  # fmt: skip
"""A side without figures."""


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    return JUDGED["write_case"](tmp_path_factory.mktemp("sound") / "gs2", JUDGED["scenario_of"](2, "none"))


@pytest.fixture
def case(sound, tmp_path):
    return JUDGED["copy_of"](sound, tmp_path / "gs2")


def summarised(verdicts, parting=None):
    """A case of summary.json without figures."""
    found = CaseSummary(
        id="gs2",
        scenario="gs2",
        profile="smoke",
        overrides={},
        fault=None,
        status=worst(verdict.status for verdict in verdicts),
        lowest_red_rung=lowest_red_rung(verdicts),
        backends=dict.fromkeys(SIDES, NOTHING),
        checks=tuple(check for verdict in verdicts for check in verdict.checks),
        agreement=AgreementRecord(),
        localisation=parting,
        message="",
    )
    return found.model_copy(update={"diagnosis": diagnosis(found)})


def record_of(found):
    return LocalisationRecord.parse(plain(found.as_json()), "localisation.json")


def line_of(case, rungs=("stages", "physics")):
    """The line of a case of which these rungs of the lock-step were judged, and where it parts was looked for."""
    verdicts = [case.judge(rung) for rung in rungs]
    found = localise(case.evidence, verdicts)
    return without_command(summarised(verdicts, None if found is None else record_of(found)))


def without_command(case):
    """The line of a case up to the command that repeats it, without what depends on the machine or is not known."""
    line, _, command = markdown.case_line(case).partition("; repeat: ")
    assert command.startswith("pytest -m parity -k ") or not case.lowest_red_rung
    return LEFT.sub("", line).removesuffix(f"; {UNTOLD}")


def check(name, status="fail", margin=None, message="said"):
    rung, _, name = name.partition(".")
    return Check(rung, name, status, None, None, margin, "ledger", message)


def built(*checks):
    """A case with these checks and no place in the lock-step."""
    rungs = dict.fromkeys(one.rung for one in checks)
    return summarised([RungVerdict(rung, tuple(one for one in checks if one.rung == rung)) for rung in rungs])


def test_a_factor_in_the_diffraction_stage(case):
    """Its consequences are further beyond their limits than it is itself."""
    factor = np.sqrt(1.01)
    case.change_arrays(F64, diffraction_amplitude=lambda a: factor * a, intensity=lambda a: 100 * a)
    case.change_arrays("torch/trajectory/first_float64.npz", encoder__1__conv1__bias=lambda a: 1e6 + a)
    assert line_of(case, LOCKSTEP_RUNGS) == (
        "gs2: FAIL at stages: torch's diffraction_amplitude is tensorflow's times 1.00499 "
        "(first stage that differs); torch is wrong: the oracle agrees with tensorflow; 2 more are red above it"
    )


@pytest.mark.parametrize(("left", "words"), [(2.4e-7, "(2e-07 is left; first"), (0.0, "(nothing is left; first")])
def test_what_an_explanation_leaves_is_told_first(case, left, words):
    case.change_arrays(F64, encoder__0=lambda a: 2 * a)
    verdicts = [case.judge("stages")]
    record = record_of(localise(case.evidence, verdicts)).model_copy(update={"left": left})
    assert words in markdown.case_line(summarised(verdicts, record))


def test_the_oracle_may_agree_with_the_candidate(case):
    case.change_arrays(F64.replace("torch", "tensorflow"), exit_wave=np.conj)
    assert (
        line_of(case)
        .removesuffix("; 1 more is red above it")
        .endswith(
            ": torch's exit_wave is tensorflow's, conjugated (first stage that differs); "
            "tensorflow is wrong: the oracle agrees with torch"
        )
    )


def test_the_oracle_says_nothing_about_the_network(case):
    case.change_arrays(F64, encoder__0=lambda a: 2 * a)
    assert line_of(case).endswith("torch's encoder.0 is tensorflow's times 2 (first stage that differs)")


def test_other_stages_that_are_wrong_by_themselves_are_named(case):
    change = {"encoder__0": lambda a: 2 * a, "exit_wave": lambda a: 2 * a}
    case.change_arrays(F64, **change, encoder__1=lambda a: 2 * a)
    case.change_arrays("torch/graft/stages.npz", **change)
    assert line_of(case, ("stages",)).endswith("(first stage that differs; wrong by themselves: encoder.0, exit_wave)")


def test_a_fault_that_both_sides_share(case):
    for side in SIDES:
        case.change_arrays(f"{side}/lockstep/stages_float64.npz", exit_wave=np.conj)
    case.change_arrays("torch/graft/stages.npz", exit_wave=np.conj)
    assert line_of(case) == (
        "gs2: FAIL at physics: tensorflow's exit_wave is the oracle's, conjugated "
        "(first stage that differs); tensorflow and torch are wrong: the oracle agrees with neither"
    )


def test_a_difference_that_nothing_simple_explains(case):
    def shifted(stage):
        stage = stage.copy()
        stage[1, 30, 31, 2] += np.abs(stage).max() / 2
        return stage

    case.change_arrays(F64, object_extracted=shifted)
    assert "torch's object_extracted differs from tensorflow's by up to 50 % of its largest value (" in line_of(case)


def test_tensors_of_different_types_are_told_by_their_check(case):
    case.change_arrays(F64, input=lambda a: a.astype(np.float32))
    assert line_of(case).startswith("gs2: FAIL at stages: float64.input: stage input (float64): type")


def test_a_difference_of_nothing_is_not_said(case):
    """A tensor of a wrong type on both sides: the numbers are the same."""
    same = case.evidence.stages("tensorflow", "float32")["input"].astype(np.float64)
    for side in SIDES:
        case.change_arrays(f"{side}/lockstep/stages_float32.npz", input=lambda _: same)
    assert "by up to 0" not in line_of(case, ("stages",))
    assert line_of(case, ("stages",)).startswith("gs2: FAIL at stages: float32.input: stage input (float32): type is ")


def test_a_stage_that_one_side_computes_in_float32_says_so(case):
    case.change_arrays(F64, encoder__0=lambda a: a.astype(np.float32).astype(a.dtype))
    assert line_of(case).endswith(
        "(first stage that differs; computed in float32 by torch); torch is wrong: float64 was asked for"
    )


def test_the_code_that_computes_the_stage_is_named(case):
    def placed(contract):
        for stage in contract["stages"]:
            stage["source"] = "ports/own.py:12" if stage["name"] == "encoder.0" else ""

    case.change_json("torch/lockstep/contract.json", placed)
    case.change_arrays(F64, encoder__0=lambda a: a * 2)
    assert line_of(case).endswith("(first stage that differs); nothing here tells which side is wrong; ports/own.py:12")
    case.change_arrays("torch/graft/stages.npz", encoder__0=lambda a: a * 2)
    assert "; written in ports/own.py:12 of torch" in case.bad("stages")["alone.encoder.0"].message


@pytest.mark.parametrize(("wrong", "place"), [("tensorflow", "a/tf.py:7"), ("torch", "a/pt.py:9")])
def test_the_place_is_that_of_the_side_that_is_wrong(case, wrong, place):
    for side, source in (("tensorflow", "a/tf.py:7"), ("torch", "a/pt.py:9")):
        case.change_json(
            f"{side}/lockstep/contract.json",
            lambda contract, source=source: [stage.update(source=source) for stage in contract["stages"]],
        )
    case.change_arrays(F64.replace("torch", wrong), exit_wave=np.conj)
    assert f"; {wrong} is wrong: the oracle agrees with " in line_of(case)
    assert line_of(case).endswith(f"; {place}; 1 more is red above it")


def test_the_line_ends_with_the_command_that_repeats_it(case):
    case.change_arrays(F64, exit_wave=np.conj)
    verdicts = [case.judge("stages")]
    assert markdown.case_line(summarised(verdicts, record_of(localise(case.evidence, verdicts)))).endswith(
        "; repeat: pytest -m parity -k 'test_stages[gs2]' --parity-profile smoke --parity-backends tensorflow,torch"
    )


@pytest.mark.parametrize(
    ("stored", "ran", "said"),
    [
        ((), ("train", "infer"), ""),
        (("lockstep", "train"), ("infer",), " (from the store, but for tensorflow infer; torch infer)"),
        (("train",), (), " (from the store)"),
    ],
)
def test_what_came_from_the_store_is_told_leg_by_leg(stored, ran, said):
    side = NOTHING.model_copy(update={"stored": stored, "ran": ran, "cached": not ran})
    found = built(check("scale.torch", "pass")).model_copy(update={"backends": dict.fromkeys(SIDES, side)})
    assert markdown.case_line(found) == f"gs2: PASS{said}"


def test_a_hub_that_does_not_say_who_computed_in_float32_is_read(case):
    case.change_arrays(F64, encoder__0=lambda a: a.astype(np.float32).astype(a.dtype))
    verdicts = [case.judge("stages")]
    written = plain(localise(case.evidence, verdicts).as_json())
    del written["in_float32"]
    record = LocalisationRecord.parse(written, "localisation.json")
    assert record.in_float32 is None
    assert without_command(summarised(verdicts, record)).endswith("first stage that differs)")


def test_float32_alone_is_said(case):
    case.change_arrays(F64.replace("64", "32"), encoder__0=lambda a: a * np.float32(1.01))
    assert line_of(case).endswith("(first stage that differs in float32)")


@pytest.mark.parametrize(
    ("file", "words"),
    [
        (
            "lockstep/gradients_float64.npz",
            "gradient: torch's gradient of log_scale differs from tensorflow's by up to",
        ),
        ("trajectory/first_float64.npz", "step: torch's log_scale after one step differs from tensorflow's by up to"),
        (
            "trajectory/steps_float64.npz",
            "trajectory: torch's log_scale after 1 steps differs from tensorflow's by up to",
        ),
    ],
)
def test_what_comes_after_the_forward_pass(case, file, words):
    case.change_arrays(f"torch/{file}", log_scale=lambda a: 1.01 * a)
    rung = words.partition(":")[0]
    assert f"at {words} 1 % of its largest value (first " in line_of(case, [rung])


def test_gradients_that_a_side_lacks_are_told_before_those_that_differ(case):
    gone = {"encoder__0__conv1__kernel": None, "log_scale": lambda a: 1.01 * a}
    case.change_arrays("torch/lockstep/gradients_float64.npz", **gone)
    line = line_of(case, ["gradient"])
    assert line.startswith("gs2: FAIL at gradient: torch.float64.present: torch: missing: encoder.0.conv1.kernel; ")


def test_a_rung_below_the_lock_step_is_told_by_its_own_check(case):
    """Where the lock-step parts is then a consequence."""
    case.change_arrays(F64, exit_wave=np.conj)
    verdicts = [RungVerdict("dataset", (check("dataset.torch.X"),)), case.judge("stages")]
    parting = record_of(localise(case.evidence, verdicts))
    assert (
        without_command(summarised(verdicts, parting))
        == "gs2: FAIL at dataset: torch.X: said; torch is wrong: it fails by itself; 1 more is red above it"
    )


def test_outside_the_lock_step_the_first_red_check_of_the_lowest_red_rung_is_quoted():
    found = built(
        check("dataset.X", "pass", margin=0.1),
        check("patches.torch.contrast", margin=-1.0),
        check("patches.torch.mean", margin=-50.0),
        check("canvas.torch.shift", margin=-1e6),
    )
    said = "gs2: FAIL at patches: torch.contrast: said; torch is wrong: it fails by itself; 1 more is red above it"
    assert without_command(found) == said


def test_an_error_above_the_lowest_red_rung_is_said_too():
    found = built(check("patches.torch.mean"), check("golden.torch", "error", message="no\n  file"))
    assert without_command(found) == (
        "gs2: ERROR at patches: torch.mean: said; torch is wrong: it fails by itself; "
        "and golden.torch could not be judged: no file; 1 more is red above it"
    )


@pytest.mark.parametrize("status", ["inconclusive", "skipped"])
def test_a_case_that_is_neither_red_nor_green_says_why(status):
    assert markdown.case_line(built(check("scale.torch", status))) == f"gs2: {status.upper()}: scale.torch: said"


def test_a_case_without_red_says_first_what_passes():
    found = built(
        check("stages.up", "pass"),
        check("loss.mse", "pass"),
        check("settings.torch", "inconclusive"),
        check("telemetry.end", "inconclusive"),
        check("telemetry.steps", "pass"),
    )
    assert markdown.case_line(found) == ("gs2: INCONCLUSIVE: nothing is red, stages, loss pass; settings.torch: said")


def test_a_green_case_says_how_near_the_nearest_limit_is():
    found = built(check("dataset.X", "pass", margin=0.5), check("scale.torch", "pass", margin=0.04))
    assert found.diagnosis == ""
    assert markdown.case_line(found) == "gs2: PASS, nearest to its limit: scale.torch, which uses nearly all of it"
    assert markdown.case_line(built(check("dataset.X", "pass"))) == "gs2: PASS"


def test_a_smallest_value_that_is_kept_is_told_beside_the_value():
    contrast = replace(check("patches.torch.contrast", "pass", margin=0.01), value=0.5623, limit=0.5)
    told = markdown.case_line(built(contrast))
    assert told == "gs2: PASS, nearest to its limit: patches.torch.contrast, 0.5623 where at least 0.5 is asked"


def test_summary_and_pages_show_the_same_sentence(made: Path) -> None:
    (found,) = Summary.read(made / "summary.json").cases
    assert found.diagnosis == diagnosis(found) != ""
    assert found.diagnosis[:200] in (made / "summary.md").read_text()
    for page in ("index.html", "small/index.html"):
        assert f"{escape(found.diagnosis)}"[:200] in (made / page).read_text()
