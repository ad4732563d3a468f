"""A dose study in a session: when it is asked, what makes it red, and what it leaves."""

import json
from collections.abc import Callable

import pytest

Writer = Callable[..., None]
GRID = "matrix: {dataset.nphotons: [1e3, 1e6]}\n"
SEEDS = "ensemble: {seeds: 3}\n"
ASKED = ("-k", "grid and (reconstruction or ensemble or test_dose)", "--parity-hub", "hub")


@pytest.mark.slow
def test_a_quality_that_falls_is_red_and_names_the_side(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("grid", GRID + SEEDS)
    result = project.runpytest_inprocess(*ASKED, "--parity-backends", "rising,fading")
    result.stdout.fnmatch_lines(
        ["*_ test_dose?grid? _*", "fading.1e3-1e6: fading, pearson_r from 1e3 to 1e6 *the mean falls by 0.1*"]
    )
    folder = project.path / "hub" / "studies" / "grid"
    study = json.loads((folder / "study.json").read_text())
    assert {check["name"]: check["status"] for check in study["verdict"]["checks"]} == {
        "rising.1e3-1e6": "pass",
        "fading.1e3-1e6": "fail",
    }
    assert all(len(point["figures"]["pearson_r"]["values"]) == 3 for point in study["points"])
    assert {path.name for path in folder.iterdir()} >= {"index.html", "study.md", "parity_log.json", "probe.csv"}
    assert 'href="studies/grid/index.html"' in (project.path / "hub" / "index.html").read_text()


def test_one_seed_decides_nothing(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("grid", GRID)
    result = project.runpytest_inprocess(*ASKED, "-rx")
    result.stdout.fnmatch_lines(["XFAIL *test_dose?grid? - inconclusive: *one seed a dose does not tell the noise*"])


def test_some_of_the_doses_are_no_study(project: pytest.Pytester, scenario: Writer) -> None:
    scenario("grid", GRID)
    asked = "grid-1e3 and telemetry or small and telemetry or test_dose"
    result = project.runpytest_inprocess("-k", asked, "--parity-hub", "hub", "-rs")
    result.assert_outcomes(passed=2, skipped=1)
    result.stdout.fnmatch_lines(["SKIPPED *not every dose is asked for a reconstruction*-k grid does"])
    assert not (project.path / "hub" / "studies").exists()


def test_a_session_without_a_study_has_no_test_of_one(project: pytest.Pytester) -> None:
    assert "test_dose" not in project.runpytest_inprocess("--collect-only", "-q").stdout.str()
