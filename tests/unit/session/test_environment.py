"""What the session ran on, as it is written down."""

import subprocess
from pathlib import Path

import pytest

from harness.session import environment


def git(folder: Path, *arguments: str) -> None:
    who = ["-c", "user.name=t", "-c", "user.email=t@localhost"]
    subprocess.run(["git", "-C", str(folder), *who, *arguments], check=True, capture_output=True)


def test_commit_and_dirt(tmp_path: Path) -> None:
    git(tmp_path, "init", "-b", "mine")
    (tmp_path / "file").write_text("one")
    git(tmp_path, "add", ".")
    git(tmp_path, "commit", "-m", "first")
    commit, branch, dirty = environment.git_state(tmp_path)
    assert commit is not None
    assert branch == "mine"
    assert len(commit) == 40
    assert dirty is False
    (tmp_path / "file").write_text("two")
    assert environment.git_state(tmp_path) == (commit, branch, True)
    git(tmp_path, "checkout", "--detach")
    assert environment.git_state(tmp_path) == (commit, None, True)


def test_outside_a_repository(tmp_path: Path) -> None:
    assert environment.git_state(tmp_path) == (None, None, None)


def test_variables_that_matter_and_no_others(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("TF_DETERMINISTIC_OPS", "1")
    monkeypatch.setenv("HOME_ADDRESS", "nobody's business")
    found = environment.capture(tmp_path)
    assert found.variables["TF_DETERMINISTIC_OPS"] == "1"
    assert "HOME_ADDRESS" not in found.variables
    assert found.packages["numpy"]
    assert found.python is not None
    assert found.python.startswith("3.")
