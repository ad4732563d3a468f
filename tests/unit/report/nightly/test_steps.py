"""The steps of a night: programs that are there, with options that they have."""

from pathlib import Path

import pytest

from harness.session.nightly.steps import DECIDED, ENSEMBLES, FOLDER, SEEDS, steps

ROOT = Path(__file__).parents[4]
BOTH = [(step.name, quick) for quick in (False, True) for step in steps("gs1_custom", quick)]


def named(name: str, quick: bool = False, select: str = ""):
    return next(step for step in steps(select, quick) if step.name == name)


@pytest.mark.parametrize(
    ("name", "quick"), [one for one in BOTH if one[0] in ("overhead", "toolkit-steps", "control-pairs", "clean-runs")]
)
def test_a_benchmark_has_the_options(name: str, quick: bool) -> None:
    _, program, *words = named(name, quick).command
    text = (ROOT / program).read_text()
    assert [word for word in words if word.startswith("--") and f'"{word}"' not in text] == []


def test_the_whole_matrix_is_asked_for() -> None:
    assert [step.name for step in steps("", False) if step.is_session] == ["smoke", "stable", "ensembles"]
    for name, profile in (("smoke", "smoke"), ("ensembles", "stable")):
        assert f"--parity-override=ensemble.seeds={SEEDS[profile]}" in named(name).command
    assert all("--parity-strict" in step.command for step in steps("", False) if step.is_session)
    assert named("faults").command[-4:] == ("faults", "run", "--hub", FOLDER)
    assert named("real-bugs").command[-5:] == ("faults", "run", "--real", "--hub", FOLDER)
    assert "--seeds" not in named("clean-runs").command


def test_a_selection_is_that_of_every_session() -> None:
    assert "gs2" in named("clean-runs", select="gs2").command
    assert "(gs2) and not test_dose" in named("smoke", select="gs2").command
    assert "(gs2) and not (ensemble or test_dose)" in named("stable", select="gs2").command
    assert f"(gs2) and ({DECIDED})" in named("ensembles", select="gs2").command


def test_what_few_trainings_leave_open_is_asked_where_there_are_many() -> None:
    assert "not (ensemble or test_dose)" in named("stable").command
    assert f"({ENSEMBLES}) and ({DECIDED})" in named("ensembles").command


def test_an_engine_runs_the_workers_of_the_sessions_and_nothing_else() -> None:
    asked, here = steps("", False, "dask"), steps("", False)
    for there, same in zip(asked, here, strict=True):
        more = [word for word in there.command if word not in same.command]
        assert more == (["auto", "--parity-executor=dask"] if there.is_session else [])
