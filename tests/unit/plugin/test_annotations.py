"""Annotations of GitHub Actions, and which of several red cases stands last."""

import pytest

from harness.plugin.annotations import VARIABLE, annotations
from harness.records.localisation import LocalisationRecord
from tests.unit.report.test_diagnosis import built, check


def red(where: tuple[str, ...]) -> object:
    """A case that is red at stage `exit_wave` of torch, which is written `where`."""
    parting = LocalisationRecord(
        rung="stages", check="float64.exit_wave", stage="exit_wave", tensor="exit_wave", precision="float64",
        against="tensorflow", first_step=0, max_abs=1.0, max_rel=1.0, ulp=1.0, shape=(1,), written_in=where, message="",
    )  # fmt: skip
    case = built(check("stages.float64.exit_wave", message="50 % off:\n'a'"))
    return case.model_copy(update={"localisation": parting})


def test_a_red_case_is_annotated_at_the_line_of_the_side_that_is_wrong() -> None:
    case = red(("a/tf.py:7 of tensorflow", "a,b/pt.py:9 of torch")).model_copy(update={"diagnosis": "50 % off\nx"})
    assert list(annotations([case])) == ["::error file=a%2Cb/pt.py,line=9,title=gs2%3A fail at stages::50 %25 off%0Ax"]


def test_without_a_place_there_is_a_title_alone_and_a_green_case_has_none() -> None:
    [line] = annotations([red(()), built(check("dataset.X", "pass"))])
    assert line.startswith("::error title=gs2%3A fail at stages::")


def test_they_come_by_themselves_in_github_actions(project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    arguments = ("-k", "stages", "--parity-profile", "smoke")
    for variable, times in (("true", 1), ("", 0)):
        monkeypatch.setenv(VARIABLE, variable)
        lines = project.runpytest_inprocess(*arguments).outlines
        assert sum(line.startswith("::error title=small%3A ") for line in lines) == times
        assert lines[-1].startswith("small: ")
