"""The steps of a night: programs that are there, with options that they have."""

from pathlib import Path

import pytest

from harness.report.nightly.steps import FOLDER, SEEDS, steps

ROOT = Path(__file__).parents[4]
BOTH = [(step.name, quick) for quick in (False, True) for step in steps("gs1_custom", quick)]


def named(name: str, quick: bool = False, select: str = ""):
    return next(step for step in steps(select, quick) if step.name == name)


@pytest.mark.parametrize(
    ("name", "quick"), [one for one in BOTH if one[0] in ("overhead", "control-pairs", "clean-runs")]
)
def test_a_benchmark_has_the_options(name: str, quick: bool) -> None:
    _, program, *words = named(name, quick).command
    text = (ROOT / program).read_text()
    assert [word for word in words if word.startswith("--") and f'"{word}"' not in text] == []


def test_the_whole_matrix_is_asked_for() -> None:
    assert [step.name for step in steps("", False) if step.is_session] == ["smoke", "stable", "ensembles"]
    for name in ("smoke", "ensembles"):
        assert f"--parity-override=ensemble.seeds={SEEDS}" in named(name).command
    assert all("--parity-strict" in step.command for step in steps("", False) if step.is_session)
    assert named("faults").command[-4:] == ("faults", "run", "--hub", FOLDER)
    assert "--seeds" not in named("clean-runs").command


def test_a_selection_is_that_of_every_session() -> None:
    for name in ("smoke", "stable", "clean-runs"):
        assert "gs2" in named(name, select="gs2").command
    assert "(gs2) and ensemble" in named("ensembles", select="gs2").command
    assert "(gs1_custom or gs2_custom) and ensemble" in named("ensembles").command
