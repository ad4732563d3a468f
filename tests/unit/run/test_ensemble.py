"""The members of an ensemble: cases of their own, each trained once, without copies of the dataset."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from harness.files import read_json, sha256
from harness.run.ensemble import run_members, seeds, with_training
from harness.run.keys import relevant
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.scenario.case import Case
from harness.scenario.keys import leaves
from harness.scenario.schema import EnsembleSpec

Made = Callable[..., Case]


@pytest.fixture
def told() -> list[dict[str, Any]]:
    return []


@pytest.fixture
def made(small: Callable[..., Case]) -> Made:
    """The small case with other sections, and an origin of every value."""

    def make(**sections: Any) -> Case:
        case = small(**sections)
        return replace(case, origins=dict.fromkeys(leaves(case.scenario), "default"))

    return make


def run(case: Case, options: RunOptions, folder: Path, told: list[dict[str, Any]]) -> None:
    run_case(case, ("train", "infer"), options, folder, told.append)
    run_members(case, options, folder, told.append)


def test_the_seeds_count_from_the_case_itself(made: Made) -> None:
    training = {"epochs": 2, "batch_size": 2, "seed": 7}
    assert seeds(made(training=training, ensemble={"seeds": 3}).scenario) == [7, 8, 9]
    assert seeds(made(training=training).scenario) == []


def test_a_member_is_the_case_with_another_seed(made: Made) -> None:
    case = made(ensemble={"seeds": 3})
    member = with_training(case, "small, seed 43", seed=43)
    training = case.scenario.training.model_copy(update={"seed": 43})
    assert member.scenario == case.scenario.model_copy(update={"training": training})
    assert relevant(member.scenario, "train").ensemble == EnsembleSpec()
    assert "seed: 43 # member: small, seed 43" in member.resolved_yaml()


def test_members_lie_beside_the_case_and_share_its_dataset(
    made: Made, options: Callable[..., RunOptions], tmp_path: Path, told: list[dict[str, Any]]
) -> None:
    folder = tmp_path / "hub" / "small"
    run(made(ensemble={"seeds": 3}), options(), folder, told)
    assert sorted(path.name for path in (folder / "ensemble").iterdir()) == ["43", "44"]
    assert (folder / "dataset").is_dir()
    weights = {sha256(folder / "toy" / "bundle" / "weights.safetensors")}
    for seed in ("43", "44"):
        member = folder / "ensemble" / seed
        assert not (member / "dataset").exists()
        assert {(job["backend"], job["leg"], job["status"]) for job in read_json(member / "jobs.json")} == {
            (backend, leg, "done") for backend in ("toy", "other") for leg in ("train", "infer")
        }
        assert (member / "other" / "inference_outputs" / "patches.npz").is_file()
        assert read_json(member / "run_metadata.json")["seeds"]["training"] == int(seed)
        weights.add(sha256(member / "toy" / "bundle" / "weights.safetensors"))
    assert len(weights) == 3
    assert {event["case"] for event in told} == {"small", "small, seed 43", "small, seed 44"}


@pytest.mark.slow
def test_nothing_that_the_store_has_is_trained_again(
    made: Made,
    options: Callable[..., RunOptions],
    toys: Path,
    tmp_path: Path,
    told: list[dict[str, Any]],
) -> None:
    marks = toys / "marks"
    for hub in ("first", "second"):
        run(made(ensemble={"seeds": 3}), options("slow", "toy"), tmp_path / hub, told)
        assert len(marks.read_text().splitlines()) == 3
    run(made(ensemble={"seeds": 4}), options("slow", "toy"), tmp_path / "third", told)
    assert len(marks.read_text().splitlines()) == 4


def test_a_member_that_failed_keeps_what_repeats_it(
    made: Made, options: Callable[..., RunOptions], tmp_path: Path, told: list[dict[str, Any]]
) -> None:
    run(made(ensemble={"seeds": 3}), options("raising", "toy"), tmp_path / "small", told)
    member = tmp_path / "small" / "ensemble" / "43"
    jobs = {(job["backend"], job["leg"]): job["error"] for job in read_json(member / "jobs.json")}
    assert "shapes (3,) and (4,) do not fit" in jobs["raising", "train"]
    assert jobs["toy", "infer"] is None
    assert (member / "red" / "raising_train.md").is_file()
    assert (member / read_json(member / "red" / "raising_train.json")["dataset"].removeprefix("../")).is_dir()
    assert (member / "dataset" / "train.npz").is_file()
    assert sha256(member / "dataset" / "train.npz") != sha256(tmp_path / "small" / "dataset" / "train.npz")
