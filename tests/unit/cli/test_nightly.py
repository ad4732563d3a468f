"""`nightly`: where it cannot begin, and what a night without a green step ends with."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from filelock import FileLock
from typer.testing import Result

from harness.errors import HarnessError

Verb = Callable[..., Result]
ROOT = Path(__file__).parents[3]


def test_two_nights_do_not_run_in_one_folder(verb: Verb, tmp_path: Path) -> None:
    with FileLock(tmp_path / ".nightly.lock"):
        result = verb("nightly", "--reports", str(tmp_path))
    assert isinstance(result.exception, HarnessError)
    assert "a night is running in it" in str(result.exception)


def test_it_is_run_in_the_folder_of_the_project(verb: Verb, tmp_path: Path) -> None:
    result = verb("nightly", "--reports", str(tmp_path / "reports"))
    assert isinstance(result.exception, HarnessError)
    assert "has no folder benchmarks" in str(result.exception)


def test_a_night_without_time_says_so_and_is_gone_on_with(
    verb: Verb, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    arguments = ("nightly", "--quick", "--budget", "0", "--reports", str(tmp_path / "reports"))
    first, second = verb(*arguments), verb(*arguments)
    assert (first.exit_code, second.exit_code) == (1, 1)
    assert first.stdout.splitlines()[0].startswith("begins: ")
    assert second.stdout.splitlines()[0] == first.stdout.splitlines()[0].replace("begins", "goes on")
    assert "subjects: skipped not begun: the budget of the night was spent" in first.stdout
    (night,) = (tmp_path / "reports").glob("nightly-*")
    steps = json.loads((night / "nightly.json").read_text())["steps"]
    assert {record["status"] for record in steps.values()} == {"skipped"}
    assert second.stdout.splitlines()[-1] == f"written: {night / 'index.html'}"
