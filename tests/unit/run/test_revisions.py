"""Sides at other revisions: whose code is run, and which results they share."""

import shutil
import subprocess
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.files import read_json, write_json
from harness.records.setup import DatasetSetup
from harness.run import keys, pair, revisions, runtimes
from harness.run.checksums import write_checksums
from harness.run.run_case import run_case
from harness.run.run_options import RunOptions
from harness.run.sides import Side
from harness.session.request import Request

EDITED = "networks/pinn/torch/loss.py"


def git(folder: Path, *words: str) -> str:
    words = ("-c", "user.name=a", "-c", "user.email=a@b", *words)
    return subprocess.run(["git", "-C", str(folder), *words], check=True, capture_output=True, text=True).stdout.strip()


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A repository with one file at two commits, and one that came with the second."""
    folder = tmp_path / "repository"
    (folder / "ports").mkdir(parents=True)
    git(folder, "init", "-q", "-b", "main")
    (folder / "ports/side.py").write_text("WIDTH = 1\n")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    (folder / "ports/side.py").write_text("WIDTH = 2\n")
    (folder / "later").mkdir()
    (folder / "later/file.py").write_text("")
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "second")
    return folder


def test_the_files_are_those_of_the_commit(repository: Path, tmp_path: Path) -> None:
    (repository / "ports/side.py").write_text("WIDTH = 3\n")
    commit = revisions.commit_of(repository / "ports", "HEAD~1")
    folder = revisions.files_of(repository / "ports", commit, tmp_path / "store")
    assert (folder / "side.py").read_text() == "WIDTH = 1\n"
    assert revisions.files_of(repository / "ports", commit, tmp_path / "store") == folder
    assert git(repository, "worktree", "list").count("\n") == 0, "the user's repository has no work tree more"


def test_a_folder_that_was_not_there(repository: Path, tmp_path: Path) -> None:
    commit = revisions.commit_of(repository, "main~1")
    with pytest.raises(HarnessError, match=r"later: is not there at commit \w{10} of"):
        revisions.files_of(repository / "later", commit, tmp_path / "store")


def test_no_repository(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match="lies in no git repository, so it has no revisions"):
        revisions.commit_of(tmp_path, "main")


@pytest.fixture
def harness_repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the harness in a repository of its own, whose first commit has another loss in one port."""
    folder = tmp_path / "project"
    for name in ("harness", "ptycho_parity"):
        shutil.copytree(
            keys.PACKAGE.with_name(name), folder / name, ignore=shutil.ignore_patterns("__pycache__", "*.npz")
        )
    edited = folder / "harness" / EDITED
    now = edited.read_text()
    git(folder, "init", "-q", "-b", "main")
    edited.write_text(now.replace("import torch", "import torch  # earlier", 1))
    git(folder, "add", ".")
    git(folder, "commit", "-qm", "first")
    edited.write_text(now)
    git(folder, "commit", "-qam", "second")
    monkeypatch.setattr(runtimes, "PACKAGE", folder / "harness")
    return folder


@pytest.fixture
def small_dataset(tmp_path: Path) -> Path:
    """A folder with the files and facts of a dataset that keys are made from."""
    folder = tmp_path / "dataset"
    folder.mkdir()
    for name in ("train.npz", "test.npz", "probe.npy"):
        (folder / name).write_text(name)
    facts = dict.fromkeys(DatasetSetup.model_fields, 1)
    write_json(folder / "setup.json", {**facts, "origin": "simulated", "conversions": []})
    write_checksums(folder, kind="dataset", key="k", made_from={})
    return folder


def key_of(harness_repository: Path, case, side: Side, dataset: Path) -> str:
    options = RunOptions((side.name, "x"), {}, "cpu", dataset.parent / "store", None, sides={side.name: side})
    found = runtimes.Runtimes(case, options, dataset.parent / "store", threading.Event())
    [runtime] = found.runtimes({side.name: found.interpreter(side.name)}).values()
    parts = keys.leg_parts("train", side.name, case.scenario, dataset, runtime, {})
    return keys.key(parts)


def test_a_port_that_nobody_touched_shares_its_results(harness_repository: Path, small, small_dataset) -> None:
    case = small()
    plain, second, first = (
        key_of(harness_repository, case, side, small_dataset)
        for side in (
            Side("torch", "torch"),
            Side("torch@main", "torch", revision="main"),
            Side("torch@main-1", "torch", revision="main~1"),
        )
    )
    assert plain == second
    assert first != plain


def test_an_edit_of_the_list_of_files_puts_the_commit_in_the_key(
    harness_repository: Path, small, small_dataset
) -> None:
    listed = harness_repository / "harness/run/keys.py"
    listed.write_text(f"{listed.read_text()}# other files\n")
    git(harness_repository, "commit", "-qam", "third")
    case, plain, third = small(), Side("torch", "torch"), Side("torch@main", "torch", revision="main")
    keys_found = {key_of(harness_repository, case, side, small_dataset) for side in (plain, third)}
    assert len(keys_found) == 2


def test_a_side_runs_the_code_of_its_revision(harness_repository: Path, small, tmp_path: Path) -> None:
    leg = harness_repository / "harness/run/legs/contract.py"
    leg.write_text(f"{leg.read_text()}\nprint('the code of the third commit')\n")
    git(harness_repository, "commit", "-qam", "third")
    sides = {"torch@main": Side("torch@main", "torch", revision="main"), "torch": Side("torch", "torch")}
    options = RunOptions(tuple(sides), {}, "cpu", tmp_path / "store", 120.0, sides=sides)
    events: list[Mapping[str, Any]] = []
    run_case(small(), ("contract",), options, tmp_path / "hub/small", events.append)
    logs = {side: (tmp_path / f"hub/small/{side}/cli/worker.log").read_text() for side in sides}
    assert [("the code of the third commit" in log) for log in logs.values()] == [True, False]
    contracts = {(tmp_path / f"hub/small/{side}/contract/contract.json").read_text() for side in sides}
    assert len(contracts) == 1
    assert {event["backend"] for event in events} == {"torch@main", "torch"}
    metadata = read_json(tmp_path / "hub/small/run_metadata.json")["backends"]
    assert metadata["torch@main"]["revision"] == git(harness_repository, "rev-parse", "main")
    assert metadata["torch"]["revision"] is None


PAIR = """
pair:
  reference: {name: one, port: own, factory: "side.py:build"}
  candidate: {name: two, port: own, factory: "side.py:build"}
"""


def test_a_side_of_a_pair_has_the_files_of_its_revision(tmp_path: Path) -> None:
    scenarios = tmp_path / "scenarios"
    scenarios.mkdir()
    (scenarios / "mine.yaml").write_text(PAIR)
    (scenarios / "side.py").write_text("WIDTH = 1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-qm", "first")
    (scenarios / "side.py").write_text("WIDTH = 2\n")
    request = Request.from_texts(tmp_path, backends="two@HEAD,two")
    [case] = request.cases()
    seen = {
        name: pair.side_inputs(pair.at_revision(case, side, tmp_path / "store", threading.Event()), name)
        for name, side in request.sides.items()
    }
    assert [(found.home / "side.py").read_text() for found in seen.values()] == ["WIDTH = 1\n", "WIDTH = 2\n"]
    assert len({found.code for found in seen.values()}) == 2
