"""What a person asks of each side: a revision, a device, an interpreter."""

import subprocess
import sys
from pathlib import Path

import pytest

from harness.errors import HarnessError
from harness.run import devices
from harness.run.devices import Device
from harness.run.sides import Side
from harness.scenario.names import backend_of
from harness.scenario.resolved import read_resolved
from harness.session import sides
from harness.session.request import Request


def executable(path: Path) -> Path:
    path.parent.mkdir(parents=True)
    path.symlink_to(sys.executable)
    return path


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "listed", lambda: [Device("gpu", 0, "H200")])


def test_a_backend_alone() -> None:
    assert sides.parse("tensorflow, torch") == {
        "tensorflow": Side("tensorflow", "tensorflow"),
        "torch": Side("torch", "torch"),
    }


def test_a_revision() -> None:
    asked = sides.parse("torch@feature/x~1,torch")
    assert asked["torch@feature-x-1"] == Side("torch@feature-x-1", "torch", revision="feature/x~1")


def test_a_device(gpu: None) -> None:
    asked = sides.parse("torch@cpu,torch@gpu:0")
    assert [side.device for side in asked.values()] == ["cpu", "gpu:0"]
    assert list(asked) == ["torch@cpu", "torch@gpu-0"]


def test_a_device_that_is_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "listed", list)
    with pytest.raises(HarnessError, match="there is no such GPU"):
        sides.parse("torch@cpu,torch@gpu")


def test_an_interpreter_is_called_after_its_environment(tmp_path: Path) -> None:
    old, new = executable(tmp_path / "old/bin/python"), executable(tmp_path / "new/python")
    asked = sides.parse(f"torch={old},torch={new}")
    assert {name: side.interpreter for name, side in asked.items()} == {"torch=old": old, "torch=new": new}


def test_environments_of_one_name_are_told_apart(tmp_path: Path) -> None:
    first, second = executable(tmp_path / "a/venv/bin/python"), executable(tmp_path / "b/venv/bin/python")
    asked = sides.parse(f"torch={first},torch={second}")
    assert list(asked) == ["torch=venv-reference", "torch=venv-candidate"]
    assert [side.interpreter for side in asked.values()] == [first, second]


def test_all_at_once(tmp_path: Path, gpu: None) -> None:
    python = executable(tmp_path / "old/bin/python")
    found = sides.parse(f"torch@v1@gpu={python},torch")["torch@v1@gpu=old"]
    assert (found.revision, found.device, found.interpreter) == ("v1", "gpu", python)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("torch@,torch", "allowed: BACKEND, with @REVISION, @cpu or @gpu, and =INTERPRETER behind it"),
        ("torch@a@b,torch", "found 'torch@a@b'; allowed: BACKEND, with"),
        ("torch@cpu@cpu,torch", "allowed: BACKEND, with"),
        ("torch=,torch", "allowed: BACKEND, with"),
        ("torch=/nowhere/python,torch", "torch=/nowhere/python names no program that can be run"),
        ("dataset@main,torch", "found 'dataset'; allowed: any other name"),
        ("torch@main,torch@main", "two different names"),
    ],
)
def test_what_is_no_side(text: str, sentence: str) -> None:
    with pytest.raises(HarnessError, match=sentence):
        sides.parse(text)


def test_a_revision_that_is_none(tmp_path: Path) -> None:
    with pytest.raises(HarnessError, match=r"--parity-backends: torch@no-such: no-such: is no revision of|no git repo"):
        Request.from_texts(tmp_path, backends="torch@no-such,torch")


@pytest.mark.parametrize("name", ["torch", "torch@main", "torch=/x@y", "torch@v1@gpu=old-reference"])
def test_the_backend_of_a_name(name: str) -> None:
    assert backend_of(name) == "torch"


PAIR = """
pair:
  weights: by_order
  reference: {name: one, port: own, factory: "side.py:build"}
  candidate: {name: two, port: own, factory: "side.py:build", options: {width: 2}}
  declared: {up: {differs: "the sampling", reason: "ours", until: 2099-01-01}}
"""


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """A git repository with one scenario of a pair."""
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios/mine.yaml").write_text(PAIR)
    (tmp_path / "scenarios/side.py").write_text("WIDTH = 1\n")
    git(tmp_path, "init", "-q")
    git(tmp_path, "add", ".")
    git(tmp_path, "-c", "user.name=a", "-c", "user.email=a@b", "commit", "-qm", "first")
    return tmp_path


def git(folder: Path, *words: str) -> None:
    subprocess.run(["git", "-C", str(folder), *words], check=True)


def test_a_side_of_a_pair_against_itself(repository: Path) -> None:
    [case] = Request.from_texts(repository, backends="two@HEAD,two").cases()
    assert case.scenario.sides == ("two@HEAD", "two")
    assert case.scenario.pair.reference.options == case.scenario.pair.candidate.options == {"width": 2}
    assert (case.scenario.pair.weights, case.scenario.declared) == ("by_name", {})
    (repository / "resolved.yaml").write_text(case.resolved_yaml())
    assert read_resolved(repository / "resolved.yaml").sides == ("two@HEAD", "two")


def test_both_sides_of_a_pair_keep_what_is_said_of_the_pair(repository: Path) -> None:
    [case] = Request.from_texts(repository, backends="one@HEAD,two").cases()
    assert case.scenario.sides == ("one@HEAD", "two")
    assert (case.scenario.pair.weights, list(case.scenario.declared)) == ("by_order", ["up"])


def test_a_pair_is_not_turned_round(repository: Path) -> None:
    with pytest.raises(HarnessError, match="found two, one@HEAD; allowed: one as the reference"):
        Request.from_texts(repository, backends="two,one@HEAD").cases()


def test_other_backends_leave_a_pair_as_it_is(repository: Path) -> None:
    [case] = Request.from_texts(repository).cases()
    assert case.scenario.sides == ("one", "two")


def test_a_revision_that_the_repository_of_a_pair_lacks(repository: Path) -> None:
    with pytest.raises(HarnessError, match="two@gone: gone: is no revision of the repository"):
        Request.from_texts(repository, backends="two@gone,two").cases()
