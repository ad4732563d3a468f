"""Job files: they and what they point at can move together."""

import json
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.networks.pinn.sections import PinnScenario
from harness.run.job import Job, read_job, write_job


def job_in(folder: Path) -> Job:
    scenario = PinnScenario.model_validate({"model": {"encoder_filters": (4, 8), "decoder_filters": (4,)}})
    (folder / "red").mkdir(parents=True)
    return Job(
        case="case",
        backend="torch",
        leg="infer",
        scenario=scenario,
        dataset=folder / "dataset",
        output=folder / "red" / "out",
        device="cpu",
        environment={"A_B": "1"},
        source=folder / "torch" / "bundle",
    )


def test_a_job_comes_back_as_it_was_even_from_elsewhere(tmp_path: Path) -> None:
    job = job_in(tmp_path / "hub")
    write_job(tmp_path / "hub" / "red" / "job.json", job)
    assert str(tmp_path) not in (tmp_path / "hub" / "red" / "job.json").read_text()
    (tmp_path / "hub").rename(tmp_path / "moved")
    read = read_job(tmp_path / "moved" / "red" / "job.json")
    assert read.scenario == job.scenario
    assert read.source is not None
    assert read.source.resolve() == tmp_path / "moved" / "torch" / "bundle"
    assert read.dataset.resolve() == tmp_path / "moved" / "dataset"
    assert read.progress is None
    assert read.environment == job.environment


@pytest.mark.parametrize("text", ["", "[]", json.dumps({"case": "x"})])
def test_what_is_no_job_is_said(tmp_path: Path, text: str) -> None:
    (tmp_path / "job.json").write_text(text)
    with pytest.raises(HarnessError, match="is not a job file"):
        read_job(tmp_path / "job.json")


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("environment", 3),
        ("device", None),
        ("scenario", {}),
        ("scenario", {"network": "of nobody"}),
        ("scenario", {"network": "pinn", "training": {"epochs": "many"}}),
        ("colour", "red"),
    ],
)
def test_a_key_that_is_wrong_is_named(tmp_path: Path, key: str, value: object) -> None:
    path = tmp_path / "job.json"
    write_job(path, job_in(tmp_path / "hub"))
    path.write_text(json.dumps({**json.loads(path.read_text()), key: value}))
    with pytest.raises(HarnessError, match=rf"job\.json: is not a job file \({key}[:.]"):
        read_job(path)
