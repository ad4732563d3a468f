"""Records: what one room writes and another reads is checked, and a broken file is named with the key that is wrong."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.records import jobs
from harness.records.case import CaseRecord
from harness.records.history import History
from harness.records.inference import TwinChoice
from harness.records.jobs import JobRecord
from harness.records.patch_stats import PatchStats
from harness.records.run import ReferenceRecord, RunMetadata
from harness.records.setup import DatasetSetup
from harness.run.legs.statistics import summarise
from tests.unit.records.samples import run_metadata

CASE: dict[str, Any] = {
    "id": "gs1",
    "scenario": "gs1",
    "file": "gs1.yaml",
    "description": "small",
    "profile": "smoke",
    "overrides": {"training.seed": "7"},
    "backends": ["tensorflow", "torch"],
    "fault": None,
    "rungs": ["dataset", "loss"],
    "limits": {"agreement.amplitude": 0.1},
    "limit_origins": {"agreement.amplitude": "override"},
}
JOB: dict[str, Any] = {
    "backend": "torch",
    "leg": "train",
    "status": "done",
    "cached": False,
    "seconds": 1.5,
    "key": "ab12",
    "error": None,
}


def test_a_record_is_written_as_it_was_read(tmp_path: Path) -> None:
    write_json(tmp_path / "case.json", CASE)
    CaseRecord.read(tmp_path / "case.json").write(tmp_path / "again.json")
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "case.json").read_bytes()


def test_a_list_of_jobs_is_written_as_it_was_read(tmp_path: Path) -> None:
    write_json(tmp_path / "jobs.json", [JOB, {**JOB, "status": "failed", "seconds": None, "key": None, "error": "no"}])
    jobs.write(tmp_path / "again.json", jobs.read(tmp_path / "jobs.json"))
    assert (tmp_path / "again.json").read_bytes() == (tmp_path / "jobs.json").read_bytes()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"backends": ["torch"]}, "lacks backends.1"),
        ({"profile": None}, "profile is null"),
        ({"limits": {"scale": "much"}}, "limits.scale: Input should be a valid number"),
        ({"colour": "red"}, "colour: Extra inputs are not permitted, found 'red'"),
    ],
)
def test_a_broken_record_names_file_and_key(tmp_path: Path, changes: Mapping[str, Any], words: str) -> None:
    path = tmp_path / "case.json"
    write_json(path, {**CASE, **changes})
    with pytest.raises(HarnessError) as raised:
        CaseRecord.read(path)
    assert str(raised.value).startswith(f"{path}: {words}")


def test_a_key_that_is_missing_is_named(tmp_path: Path) -> None:
    path = tmp_path / "case.json"
    write_json(path, {key: value for key, value in CASE.items() if key != "rungs"})
    with pytest.raises(HarnessError, match=r"case\.json: lacks rungs; "):
        CaseRecord.read(path)
    assert CaseRecord.read_if_whole(path) is None


def test_a_hub_from_before_faults_were_injected_is_read() -> None:
    assert CaseRecord.parse({key: value for key, value in CASE.items() if key != "fault"}, "case.json").fault is None


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ({}, "is no list of jobs"),
        ([JOB, {**JOB, "status": "lost"}], "job 1: status"),
        ([{"leg": "train"}], "job 0: lacks backend"),
    ],
)
def test_a_broken_list_of_jobs_names_file_and_job(tmp_path: Path, content: Any, words: str) -> None:
    path = tmp_path / "jobs.json"
    write_json(path, content)
    with pytest.raises(HarnessError) as raised:
        jobs.read(path)
    assert str(raised.value).startswith(f"{path}: {words}")
    assert jobs.read_if_whole(path) == []


def test_records_do_not_change() -> None:
    with pytest.raises(ValueError, match="frozen"):
        JobRecord(**JOB).status = "failed"


def test_what_a_record_holds_is_in_the_file(tmp_path: Path) -> None:
    CaseRecord.parse(CASE, "case.json").write(tmp_path / "case.json")
    assert read_json(tmp_path / "case.json") == CASE


def test_the_metadata_of_a_run_keep_the_order_of_their_keys(tmp_path: Path) -> None:
    run_metadata(("toy",)).write(tmp_path / "run_metadata.json")
    written = read_json(tmp_path / "run_metadata.json")
    assert list(written) == [
        "case", "scenario", "profile", "from_profile", "overrides", "seeds", "counts", "backends", "paths", "dataset",
        "jobs", "damaged_store_entries", "seconds", "finished",
    ]  # fmt: skip
    side = ["python", "own_interpreter", "distributions", "device", "threads", "variables", "fault", "revision"]
    assert list(written["backends"]["toy"]) == side
    assert RunMetadata.read(tmp_path / "run_metadata.json").backends["toy"].device.kind == "cpu"


def test_a_reference_is_a_job_whose_purpose_stands_first(tmp_path: Path) -> None:
    ReferenceRecord.parse({**JOB, "name": "refine"}, "reference").write(tmp_path / "reference.json")
    assert list(read_json(tmp_path / "reference.json")) == ["name", *JOB]


@pytest.mark.parametrize("told", [{}, {"disagreement_before": 0.5, "disagreement_after": None}])
def test_what_an_inference_did_not_tell_of_twins_is_not_written(tmp_path: Path, told: dict[str, Any]) -> None:
    choice = {"open": bool(told), "turned": 0, **told}
    TwinChoice.parse(choice, "stats.json").write(tmp_path / "twins.json")
    assert read_json(tmp_path / "twins.json") == choice


@pytest.mark.parametrize("listed", [{}, {"inference_groups": [], "training_batches": [[]]}])
def test_patches_are_listed_only_where_they_were_asked_for(tmp_path: Path, listed: dict[str, Any]) -> None:
    figures = summarise(np.ones((2, 4, 4)))
    PatchStats(region=4, amplitude=figures, phase=figures, **listed).write(tmp_path / "patch_stats.json")
    assert list(read_json(tmp_path / "patch_stats.json")) == ["region", "amplitude", "phase", *listed]


def test_a_figure_that_was_not_finite_is_told_as_such(tmp_path: Path) -> None:
    path = tmp_path / "setup.json"
    facts = {**dict.fromkeys(DatasetSetup.model_fields, 1), "origin": "simulated", "conversions": []}
    write_json(path, {**facts, "intensity_scale": None})
    with pytest.raises(HarnessError, match="intensity_scale is null, which stands for a figure that is not finite"):
        DatasetSetup.read(path)


def test_a_metric_of_any_kind_of_number_is_one(tmp_path: Path) -> None:
    told = {"loss": np.float32(0.5), "steps": 3, "mae": float("nan"), "note": "0.1", "none": None}
    History.parse({"epochs": [{"epoch": 1, "step": 2, "metrics": told}]}, "history.json").write(tmp_path / "h.json")
    [epoch] = History.read(tmp_path / "h.json").epochs
    assert epoch.metrics == {"loss": 0.5, "steps": 3.0, "mae": None, "note": None, "none": None}
