"""The steps of a night: programs that are there, with options that they have."""

import sys
from pathlib import Path

import pytest

from harness.session.nightly.steps import DECIDED, DOSES, ENSEMBLES, FOLDER, SEEDS, UNDECIDABLE, steps

ROOT = Path(__file__).parents[4]
BOTH = [(step.name, quick) for quick in (False, True) for step in steps("gs1_custom", quick, week=True)]


def named(name: str, quick: bool = False, select: str = ""):
    return next(step for step in steps(select, quick, week=True) if step.name == name)


@pytest.mark.parametrize(
    ("name", "quick"), [one for one in BOTH if one[0] in ("overhead", "toolkit-steps", "control-pairs", "clean-runs")]
)
def test_a_benchmark_has_the_options(name: str, quick: bool) -> None:
    _, program, *words = named(name, quick).command
    text = (ROOT / program).read_text()
    assert [word for word in words if word.startswith("--") and f'"{word}"' not in text] == []


def test_the_whole_matrix_is_asked_for() -> None:
    assert [step.name for step in steps("", False, week=True) if step.is_session] == ["smoke", "stable", "ensembles"]
    for name, profile in (("smoke", "smoke"), ("ensembles", "stable")):
        assert f"--parity-override=ensemble.seeds={SEEDS[profile]}" in named(name).command
    assert all("--parity-strict" in step.command for step in steps("", False, week=True) if step.is_session)
    assert named("faults").command[-4:] == ("faults", "run", "--hub", FOLDER)
    assert named("real-bugs").command[-5:] == ("faults", "run", "--real", "--hub", FOLDER)
    assert "--seeds" not in named("clean-runs").command


def test_a_night_runs_what_a_change_may_break_and_a_week_everything() -> None:
    night, week = ([step.name for step in steps("", False, week=week)] for week in (False, True))
    assert night == ["smoke", "stable", "faults", "real-bugs", "installed", "keras3", "subjects"]
    assert [name for name in week if name not in night] == [
        "sensitivity", "clean-runs", "ensembles", "overhead", "toolkit-steps", "control-pairs", "false-alarms",
    ]  # fmt: skip


def test_a_selection_is_that_of_every_session() -> None:
    assert "gs2" in named("clean-runs", select="gs2").command
    assert f"(gs2) and not test_dose and not ({UNDECIDABLE})" in named("smoke", select="gs2").command
    assert f"(gs2) and not ensemble and not test_dose and not ({UNDECIDABLE})" in named("stable", select="gs2").command
    assert f"(gs2) and ({DECIDED})" in named("ensembles", select="gs2").command


def test_what_few_trainings_leave_open_is_asked_where_there_are_many() -> None:
    assert f"not (ensemble or {DOSES}) and not test_dose and not ({UNDECIDABLE})" in named("stable").command
    assert f"not (ensemble and ({DOSES})) and not test_dose and not ({UNDECIDABLE})" in named("smoke").command
    assert f"({ENSEMBLES}) and ({DECIDED})" in named("ensembles").command


def test_a_strict_session_leaves_out_what_the_second_network_cannot_be_asked_and_no_more(pytester) -> None:
    def collected(select: str) -> set[str]:
        words = ("--collect-only", "-q", str(ROOT / "tests" / "parity"), "-m", "parity", "-k", select)
        return set(pytester.run(sys.executable, "-m", "pytest", "--rootdir", ROOT, *words).outlines)

    command = named("smoke", select="supervised").command
    gone = collected("supervised and not test_dose") - collected(command[command.index("-k") + 1])
    rungs, cases = ("settings", "physics", "scale", "canvas"), ("supervised", "supervised_normalised")
    names = {line.rpartition("::")[2] for line in gone if "::" in line}
    assert names == {f"test_{rung}[{case}]" for rung in rungs for case in cases}


def test_an_engine_runs_the_workers_of_the_sessions_and_nothing_else() -> None:
    asked, here = steps("", False, "dask", week=True), steps("", False, week=True)
    for there, same in zip(asked, here, strict=True):
        more = [word for word in there.command if word not in same.command]
        assert more == (["auto", "--parity-executor=dask"] if there.is_session else [])
