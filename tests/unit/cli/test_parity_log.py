"""`parity-log` on the runs of a hub: files, sentences and exit status."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import Result

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.judge.intensity import STAGES
from harness.session import hub as sessions
from harness.session import manifest

Verb = Callable[..., Result]


@pytest.fixture
def copy(home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(home / "hub", tmp_path / "hub"))


def without_manifest(hub: Path) -> Path:
    """A hub whose files may be changed: its session was killed before it wrote down what they hold."""
    sessions.reopen(hub)
    for name in (layout.MANIFEST, layout.CHECKSUMS):
        (hub / name).unlink()
    return hub / "small"


def of_side(hub: Path, backend: str) -> dict[str, Any]:
    found: dict[str, Any] = read_json(hub / "small" / backend / "stages.json")
    return found


def test_the_file_of_a_side_holds_what_its_schema_asks(home: Path) -> None:
    run, case = of_side(home / "hub", "toy"), home / "hub" / "small"
    assert list(run) == ["schema_version", "provenance", "configuration", "probe", "intensity_stages", "stage_ratios",
                         "intensity_scale", "training", "inference", "comparison", "reasons"]  # fmt: skip
    assert run["schema_version"] == "1.0"
    assert list(run["intensity_stages"]) == list(STAGES)
    assert run["reasons"] == {}
    setup = read_json(case / "dataset" / "setup.json")
    scale = read_json(case / "toy" / "bundle" / "params.json")["intensity_scale"]["final"]
    assert run["intensity_scale"] == {
        "dataset_derived": setup["intensity_scale"],
        "closed_form": setup["intensity_scale_closed_form"],
        "used": scale,
        "source": "bundle",
        "bundle": scale,
        "model": scale,
        "ratio": 1.0,
    }
    assert run["probe"]["after"]["l2_norm"] != run["probe"]["before"]["l2_norm"]
    assert run["training"]["metrics"]["loss"]["last"] == 5.0
    assert run["comparison"]["reconstruction"]["amplitude"]["count"] > 0
    listed = {one["path"]: one["sha256"] for one in read_json(home / "hub" / "manifest.json")["files"]}
    assert run["provenance"]["data_sha256"] == listed["small/dataset/data.npz"]
    assert run["provenance"]["scenario_sha256"] == listed["small/scenario.yaml"]


def test_an_old_hub_gets_the_files_and_its_manifest_holds_them(verb: Verb, home: Path, copy: Path) -> None:
    for path in copy.glob("small/*/stages.json"):
        if path.parent.name != "checks":
            path.unlink()
    manifest.write(copy)
    result = verb("parity-log", "stages", str(copy))
    assert result.exit_code == 1  # a toy learns nothing, and its predictions are too dark
    assert "small, toy: not symmetric within 0.05, first beyond it: inference_prediction" in result.stdout
    assert manifest.changed(copy) == []
    for side in ("toy", "other"):
        names = ("stage_ratios", "intensity_stages", "intensity_scale", "probe", "comparison", "training")
        made, kept = of_side(copy, side), of_side(home / "hub", side)
        assert {name: made[name] for name in names} == {name: kept[name] for name in names}
        assert f"small/{side}/stages.json" in {one["path"] for one in read_json(copy / "manifest.json")["files"]}


def test_a_training_that_failed_leaves_what_was_before_it(verb: Verb, copy: Path) -> None:
    case = without_manifest(copy)
    jobs = read_json(case / "jobs.json")
    for job in jobs:
        if job["backend"] == "toy" and job["leg"] in ("train", "infer"):
            job.update(status="failed", error="out of memory")
    write_json(case / "jobs.json", jobs)
    found = json.loads(verb("parity-log", "stages", str(copy), "--json").stdout)[0]["sides"]["toy"]
    assert found == of_side(copy, "toy")
    assert [name for name, stage in found["intensity_stages"].items() if stage is None] == ["inference_prediction"]
    assert found["training"] is found["inference"] is found["intensity_scale"]["bundle"] is None
    assert found["intensity_scale"]["dataset_derived"] > 0
    for name in ("training", "inference", "intensity_stages.inference_prediction", "intensity_scale.used"):
        assert "out of memory" in found["reasons"][name]
    told = verb("parity-log", "stages", str(copy))
    assert "small, toy: symmetric within 0.05, without inference_prediction" in told.stdout
    assert of_side(copy, "other")["reasons"] == {}
    paths = [str(case / side / "stages.json") for side in ("toy", "other")]
    compared = verb("parity-log", "compare", *paths)
    assert compared.exit_code == 0
    assert "not compared: inference_prediction: not in A\n" in compared.stdout


def test_data_that_break_their_contract_leave_no_chain_and_no_traceback(verb: Verb, copy: Path) -> None:
    case = without_manifest(copy)
    (case / "dataset" / "data.npz").write_bytes(b"no archive")
    result = verb("parity-log", "stages", str(copy))
    assert result.exit_code == 1
    assert "small, toy: not checked: dataset/data.npz: is not an NPZ" in result.stdout
    stages = of_side(copy, "toy")["intensity_stages"]
    lost = ["raw_diffraction", "grouped_diffraction", "grouped_X_full"]  # the training follows from the data
    assert [name for name in STAGES if stages[name] is None][:3] == lost
    verb("report", str(copy))
    assert "not checked: dataset/data.npz" in (case / "index.html").read_text()


def test_two_runs_are_compared_and_the_first_stage_named(verb: Verb, home: Path, tmp_path: Path) -> None:
    ours, theirs = (home / "hub" / "small" / side / "stages.json" for side in ("toy", "other"))
    same = verb("parity-log", "compare", str(ours), str(theirs))
    assert (same.exit_code, same.stdout.splitlines()[-1]) == (0, "nothing that was compared is beyond its limit")
    brighter = read_json(theirs)
    brighter["intensity_stages"]["training_labels_Y_amp"]["mean"] *= 1.2
    write_json(tmp_path / "b.json", brighter)
    parted = verb("parity-log", "compare", str(ours), str(tmp_path / "b.json"))
    assert (parted.exit_code, parted.stdout.splitlines()[-1]) == (
        1, "first beyond its limit: training_labels_Y_amp, mean")  # fmt: skip
    told = json.loads(verb("parity-log", "compare", str(ours), str(tmp_path / "b.json"), "--json").stdout)
    assert told["first_beyond"] == "training_labels_Y_amp, mean"
    beyond = [one["stage"] for one in told["figures"] if one["relative difference"] > one["limit"]]
    assert beyond == ["training_labels_Y_amp"]


def test_a_log_and_a_run_are_not_compared(verb: Verb, home: Path, tmp_path: Path) -> None:
    assert verb("parity-log", "write", "hub", "--to", str(tmp_path)).exit_code == 0
    log, run = str(tmp_path / "parity_log.json"), str(home / "hub" / "small" / "toy" / "stages.json")
    assert verb("parity-log", "compare", log, log).exit_code == 0
    result = verb("parity-log", "compare", log, run)
    assert isinstance(result.exception, HarnessError)
    assert str(result.exception) == "A is a parity_log.json and B a stages.json; compare two of the same kind."


def test_the_page_shows_the_chain_of_both_sides(home: Path) -> None:
    page = (home / "hub" / "small" / "index.html").read_text()
    assert all(f"<th>{stage}</th>" in page for stage in STAGES)
    assert page.count("first beyond it: inference_prediction") == 2
    assert '<a href="toy/stages.json">toy</a>, <a href="other/stages.json">other</a>' in page
