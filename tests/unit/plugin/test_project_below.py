"""A plain pytest above a ladder that is a project of its own: nothing of this project is taken for its scenarios."""

import pytest


@pytest.mark.parametrize("broken", [True, False])
def test_a_ladder_of_a_project_below_is_skipped_and_says_where_to_start(project: pytest.Pytester, broken: bool) -> None:
    for suite in (project.path / "tests" / "parity").iterdir():
        suite.unlink()
    if broken:
        (project.path / "scenarios" / "small.yaml").write_text("theirs: [and, not, ours]\n")
    below = project.path / "mine"
    below.mkdir()
    (below / "pytest.ini").write_text("[pytest]\n")
    (below / "test_parity.py").write_text("from ptycho_parity.ladder import *\n")
    project.makepyfile(test_own="def test_own(): pass")
    result = project.runpytest("-rs")
    result.assert_outcomes(passed=1, skipped=18)
    result.stdout.fnmatch_lines(["SKIPPED * mine is a project of its own: start pytest in it"])
    assert not (project.path / "reports").exists()
