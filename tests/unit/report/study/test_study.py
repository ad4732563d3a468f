"""The pages of a dose study: right in their numbers, the same when they are made again, and never silent on a gap."""

import shutil
from pathlib import Path

import numpy as np
import pytest
from junitparser import JUnitXml

from harness import layout
from harness.files import read_json, write_json
from harness.report import assembly, case_files
from harness.report.parity_log import log
from harness.report.study import points
from harness.session import hub

FILES = {"index.html", "study.json", "study.md", "parity_log.json", "parity_log.md", "probe.csv"}


@pytest.fixture(scope="module")
def studied(made: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A hub in which the one case of `made` stands as two doses."""
    root = Path(shutil.copytree(made, tmp_path_factory.mktemp("study") / "hub"))
    for name, nphotons in (("small-1e6", 1e6), ("small-2e3", 2e3)):
        folder = Path(shutil.copytree(root / "small", root / name))
        hub.read_case(folder).model_copy(update={"id": name}).write(folder / layout.CASE)
        scenario = folder / "scenario.yaml"
        scenario.write_text(scenario.read_text().replace("nphotons: 1000000.0", f"nphotons: {nphotons}"))
        setup = read_json(folder / "dataset" / "setup.json")
        write_json(folder / "dataset" / "setup.json", {**setup, "nphotons": nphotons})
    shutil.rmtree(root / "small")
    hub.record_plan(root)
    assembly.render(root)
    return root


def test_a_hub_without_a_study_has_no_folder_of_them(made: Path) -> None:
    assert not (made / "studies").exists()


def test_every_number_is_that_of_the_ladder(studied: Path) -> None:
    study = read_json(studied / "studies" / "small" / "study.json")
    assert [(point["case"], point["backend"]) for point in study["points"]] == [
        (case, backend) for case in ("small-2e3", "small-1e6") for backend in ("toy", "other")
    ]
    for point in study["points"]:
        known = read_json(studied / point["case"] / "comparison" / "comparison_metrics.json")
        side = known["backends"][point["backend"]]
        r = point["figures"]["pearson_r"]
        assert point["seeds"] == known["ensemble"]["seeds"]
        assert r["values"] == known["ensemble"]["figures"]["pearson_r"][point["backend"]]
        assert r["mean"] == pytest.approx(np.mean(r["values"]))
        for name in ("ssim", "ms_ssim", "frc50"):
            assert point["figures"][name]["values"][0] == side["reconstruction"]["amplitude"][name]
        scale, own = point["intensity_scale"], side["intensity_scale"]
        assert (scale["used"], scale["closed_form"]) == (own["initial"], own["closed_form"])
        assert scale["trained"]["values"][0] == own["final"]
        assert scale["ratio"] == pytest.approx(own["final"] / own["closed_form"])


def test_the_forms_tell_the_same_and_lead_to_each_other(studied: Path) -> None:
    folder = studied / "studies" / "small"
    assert {path.name for path in folder.iterdir()} == FILES
    page, text = (folder / "index.html").read_text(), (folder / "study.md").read_text()
    assert "| toy.2e3-1e6 | pass | 0 | 0 |" in text
    assert "toy.2e3-1e6" in page
    assert all(f'href="{name}"' in page for name in FILES - {"index.html"})
    assert 'href="../../small-2e3/index.html"' in page
    assert '<a href="studies/small/index.html">dose study small</a>' in (studied / "index.html").read_text()
    assert read_json(folder / "parity_log.json") == log.of_folder(studied)


def test_the_verdict_is_in_the_summary_and_in_junit(studied: Path) -> None:
    [study] = read_json(studied / "summary.json")["studies"]
    assert (study["id"], study["status"]) == ("small", "pass")
    assert [check["name"] for check in study["checks"]] == ["toy.2e3-1e6", "other.2e3-1e6"]
    [suite] = [suite for suite in JUnitXml.fromfile(str(studied / "junit.xml")) if suite.name == "small"]
    assert [(test.name, test.is_passed) for test in suite] == [("test_dose[small]", True)]
    assert "dose.toy.2e3-1e6.status" in {prop.name for prop in suite.properties()}


def test_the_manifest_lists_a_study_as_the_work_of_the_report(studied: Path) -> None:
    listed = {one["path"]: one["stage"] for one in read_json(studied / layout.MANIFEST)["files"]}
    assert {listed[f"studies/small/{name}"] for name in FILES} == {"report"}


def test_it_is_made_again_with_the_same_bytes(studied: Path) -> None:
    folder = studied / "studies" / "small"
    before = {path.name: path.read_bytes() for path in folder.iterdir()}
    shutil.rmtree(folder)
    assembly.render(studied)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == before


def test_a_seed_without_evidence_is_an_error_and_does_not_hide_the_others(studied: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(studied, tmp_path / "hub"))
    (lost,) = (root / "small-2e3" / "ensemble").glob("*8/toy/inference_outputs/amplitude.npy")
    lost.unlink()
    [study] = points.studies_of(case_files.of_hub(root))
    found = points.gather(case_files.of_hub(root), study)
    assert [bool(point.reason) for point in found] == [True, False, False, False]
    verdict = points.judge(found)
    assert {check.name: check.status for check in verdict.checks} == {"toy.2e3": "error", "other.2e3-1e6": "pass"}
    assert "amplitude.npy: is missing" in verdict.message


def test_spread_and_mean_need_every_seed() -> None:
    assert (points.mean([1.0, 3.0]), points.deviation([1.0, 3.0])) == (2.0, pytest.approx(np.sqrt(2)))
    assert (points.mean([1.0, None]), points.deviation([1.0, 2.0, None])) == (None, None)
    assert (points.mean([0.1]), points.deviation([0.1])) == (0.1, None)
    assert points.deviation([0.1] * 3) == 0.0
