"""The panels of a case: what they show is what lies in its files."""

import re
import shutil
from pathlib import Path

import numpy as np
import pytest

from harness.files import read_json, read_npz, sha256, write_json
from harness.judge.evidence import Evidence
from harness.report import assembly
from harness.report.panels import curves, patches, provenance, scan, scenario
from harness.scenario.keys import leaves
from harness.scenario.resolved import read_resolved


@pytest.fixture
def evidence(made: Path) -> Evidence:
    return Evidence(made / "small", ("toy", "other"))


def test_training_curves_hold_the_history_of_both_sides(evidence: Evidence) -> None:
    charts = {chart.title: chart for chart in curves.training(evidence, evidence.backends)}
    (chart,) = (chart for title, chart in charts.items() if title == "Training: intensity scale")
    for line in chart.lines:
        epochs = evidence.history(line.name)
        assert list(line.y) == [epoch.metrics["intensity_scale"] for epoch in epochs]
    assert [line.style for line in chart.lines] == ["reference", "candidate"]


def test_the_first_epoch_that_is_not_finite_is_marked(made: Path, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(made / "small", tmp_path / "small"))
    path = folder / "other" / "train_outputs" / "history.json"
    history = read_json(path)
    history["epochs"][1]["metrics"]["loss"] = None
    write_json(path, history)
    loss = curves.training(Evidence(folder, ("toy", "other")), ("toy", "other"))[0]
    (mark,) = loss.marks
    assert (mark.x, mark.style) == (history["epochs"][1]["epoch"], "candidate")
    assert mark.text == "other: first not finite in epoch 1"


def test_lockstep_curves_are_those_of_the_file(made: Path) -> None:
    (chart,) = curves.lockstep(made / "small")
    found = read_json(made / "small" / "comparison" / "lockstep.json")
    wanted = [found["float32"]["envelope"], found["float32"]["between"], found["float64"]["between"]]
    assert [list(line.y) for line in chart.lines] == wanted
    assert curves.lockstep(made) == []


def test_ring_correlations_are_those_of_the_file(made: Path) -> None:
    found = read_npz(made / "small" / "comparison" / "frc.npz")
    charts = curves.ring_correlation(made / "small", ("toy", "other"))
    lines = {(chart.id, line.name): line for chart in charts for line in chart.lines}
    np.testing.assert_array_equal(
        lines["chart-frc-amplitude", "other with the truth"].y, found["side_1.amplitude.correlation"]
    )
    np.testing.assert_array_equal(lines["chart-frc-amplitude", "half a bit"].y, found["side_0.amplitude.half_bit"])


def test_patches_have_the_mean_and_variance_that_the_judge_sums_up(evidence: Evidence) -> None:
    charts = {chart.id: chart for chart in patches.statistics(evidence)}
    judged = read_json(evidence.case_dir / "comparison" / "comparison_metrics.json")["backends"]
    for name in ("mean", "var_zero_mean"):
        for line in charts[f"chart-patches-amplitude-{name}"].lines:
            assert np.mean([value or 0 for value in line.y]) == pytest.approx(judged[line.name]["patches"][name])


def test_the_scan_lies_where_it_was_measured(evidence: Evidence) -> None:
    found = scan.scan(evidence)
    test = evidence.arrays(Path("dataset", "test.npz"), ("x", "y"))
    x, y = re.match(r"M(\S+) (\S+)h0", found["dots"][1]["path"]).groups()  # type: ignore[union-attr]
    assert (float(x), float(y)) == pytest.approx((test["x"][0], test["y"][0]), abs=0.06)
    for entry, backend in zip(found["canvases"], evidence.backends, strict=True):
        canvas = evidence.canvas(backend)
        middle = entry["whole"]["x"] + entry["whole"]["side"] / 2, entry["whole"]["y"] + entry["whole"]["side"] / 2
        # the pixel with index size/2 lies half a pixel beyond the middle of the square
        assert middle == pytest.approx((canvas.centre[0] - 0.5, canvas.centre[1] - 0.5), abs=0.01)
        assert (entry["size"], entry["fits"]) == (len(canvas.field), True)
    view = found["view"]
    for square in [*found["outlines"], *(entry["whole"] for entry in found["canvases"])]:
        assert view["left"] <= square["x"] <= square["x"] + square["side"] <= view["left"] + view["width"]


def test_the_scenario_is_shown_whole_with_its_origins(evidence: Evidence) -> None:
    path = evidence.case_dir / "scenario.yaml"
    rows = {row["key"]: row for row in scenario.rows(path)}
    assert set(leaves(read_resolved(path))) == set(rows)
    assert rows["training.seed"]["kind"] == "override"
    assert rows["training.epochs"] | {"kind": ""} == {
        "key": "training.epochs", "value": "2", "origin": "scenario: scenarios/small.yaml:4", "kind": "",
    }  # fmt: skip
    assert rows["lockstep.steps"]["kind"] == "default"


def test_every_file_of_a_case_is_listed_as_the_manifest_has_it(made: Path) -> None:
    listed = {file.name: file for file in provenance.artifacts(made, made / "small")}
    entries = read_json(made / "manifest.json")["files"]
    wanted = {entry["path"].removeprefix("small/"): entry for entry in entries if entry["path"].startswith("small/")}
    wanted.pop("index.html")
    assert {name: file.sha256 for name, file in listed.items()} == {
        name: entry["sha256"] for name, entry in wanted.items()
    }
    text = (made / "small" / "index.html").read_text()
    for name in wanted:
        assert f'href="{name}"' in text
        assert sha256(made / "small" / name) in text


def test_long_logs_keep_their_beginning_and_their_end(tmp_path: Path) -> None:
    (tmp_path / "worker.log").write_text("\n".join(f"line {number}" for number in range(1000)))
    (log,) = provenance.logs(tmp_path)
    lines = log.text.splitlines()
    assert log.lines == 1000
    assert (lines[0], lines[-1]) == ("line 0", "line 999")
    assert lines[30] == "... 850 lines ..."
    assert len(lines) == provenance.LOG_LINES + 1


def test_broken_arrays_cost_their_panel_and_nothing_else(made: Path, tmp_path: Path) -> None:
    root = Path(shutil.copytree(made, tmp_path / "hub"))
    (root / "small" / "comparison" / "frc.npz").write_bytes(b"no archive")
    (root / "small" / "other" / "train_outputs" / "history.json").write_text("{}")
    assembly.render(root)
    text = (root / "small" / "index.html").read_text()
    assert "Not shown: ring correlation: comparison/frc.npz: is not an NPZ of plain arrays" in text
    assert "Not shown: training curves: other/train_outputs/history.json: lacks epochs" in text
    assert 'id="viewer-data"' in text
