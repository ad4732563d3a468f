"""Judging begins before a case has run to its end, and what was not reached is told as such."""

import os
import runpy
import threading
import time
from pathlib import Path

import pytest

from harness import layout
from harness.files import read_json
from harness.judge import ladder
from harness.report import assembly
from harness.session import case_runner, hub
from harness.session.preparation import Preparation
from harness.session.request import Request

ROOT = Path(__file__).parents[3]
SMALL = """\
description: Small.
dataset: {object: {shape: [160, 160]}, scan: {images: 24}, nphotons: 1.0e6}
grouping: {groups: 4}
training: {epochs: 2, batch_size: 2}
inference: {group_limit: 6}
"""
EARLY = ("spec", "dataset", "physics")
"""What needs no step of training."""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    install = runpy.run_path(str(ROOT / "tests" / "unit" / "run" / "conftest.py"))["install_toys"]
    folder: Path = install(tmp_path_factory.mktemp("toys") / "site")
    return folder


@pytest.fixture
def begun(tmp_path: Path, site: Path, monkeypatch: pytest.MonkeyPatch):
    """Begin the preparation of the small case with the toy and another backend; returns the folder of the case too."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(site)]))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "small.yaml").write_text(SMALL)

    def begin(backend: str, rungs=tuple(ladder.JUDGES)) -> tuple[Preparation, Path]:
        request = Request.from_texts(tmp_path, backends=f"toy,{backend}")
        root = assembly.begin(request, "pytest")
        (case,) = request.cases()
        case_runner.plan(root, case, rungs, request)
        return Preparation(root, case, request), hub.case_folder(root, case.id)

    return begin


def judged(folder: Path, rungs: tuple[str, ...]) -> dict[str, str]:
    return {rung: case_runner.judge(folder, rung).status for rung in rungs}


def test_lower_rungs_are_judged_while_a_side_still_trains(begun) -> None:
    preparation, folder = begun("hanging")
    for rung in EARLY:
        preparation.wait(rung)
    early = judged(folder, EARLY)
    assert early == {"spec": "pass", "dataset": "pass", "physics": "inconclusive"}
    assert not (folder / layout.PREPARED).exists()
    legs = {job["leg"] for job in read_json(folder / layout.JOBS) if job["backend"] == "hanging"}
    assert legs == {"lockstep", "oracle"}
    preparation.end()
    assert judged(folder, EARLY) == early
    (check,) = case_runner.judge(folder, "patches").checks
    assert (check.status, check.message) == ("inconclusive", "not judged: the session ended before this rung")
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("preparing")]


def test_a_case_whose_rungs_are_all_judged_ends_by_itself(begun) -> None:
    preparation, folder = begun("other", ("spec",))
    preparation.wait("spec")
    case_runner.judge_and_record(folder, "spec")
    preparation.end()
    assert read_json(folder / layout.PREPARED)["status"] == "done"


def test_stopping_does_not_wait_for_another_process_that_prepares_the_case(begun, monkeypatch) -> None:
    first, folder = begun("hanging")
    first.wait("spec")
    request = Request.from_texts(folder.parents[2], backends="toy,hanging")
    second = Preparation(folder.parent, request.cases()[0], request)
    started = time.monotonic()
    second.stop()
    assert time.monotonic() - started < 5
    assert not (folder / layout.PREPARED).exists(), "the first goes on"
    first.stop()
