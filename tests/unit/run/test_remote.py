"""A worker as a task of the least engine there can be: a process of this machine."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.errors import HarnessError
from harness.run import process
from harness.run.executors import remote

ROOT = Path(__file__).parents[3]


class Task:
    """A process."""

    def __init__(self, command: Sequence[str], environment: Mapping[str, str]) -> None:
        self.process = subprocess.Popen(command, env=dict(environment), stdin=subprocess.PIPE, stderr=subprocess.PIPE)

    def status(self) -> int | None:
        return self.process.poll()

    def waits_for(self) -> str:
        return "nothing"

    def cancel(self) -> None:
        self.process.communicate()


@pytest.fixture
def run(tmp_path: Path) -> Callable[..., Any]:
    def run(code: str, path: Path, submit: remote.Submit = Task) -> tuple[process.Outcome, list[Any]]:
        told: list[Any] = []
        environment = {**os.environ, "PYTHONPATH": str(path)}
        command, log = [sys.executable, "-u", "-c", code], tmp_path / "cli" / "worker.log"
        call = process.Call(command, environment, tmp_path, log, 30.0, tmp_path / "progress")
        outcome = remote.run(submit, call, threading.Event(), told.append, lambda _: None, lambda _: lambda _: None)
        return outcome, told

    return run


def test_log_progress_and_outcome_come_back(run, tmp_path: Path) -> None:
    outcome, told = run("print('said'); open('progress', 'w').write('{\"epoch\": 1}\\n')", ROOT)
    assert (outcome.status, outcome.lost) == (0, False)
    assert told == [{"epoch": 1}]
    assert (tmp_path / "cli" / "worker.log").read_text() == outcome.log
    assert "Z said\n" in outcome.log


def test_a_machine_that_sees_other_files_is_one_sentence(run, tmp_path: Path) -> None:
    other = tmp_path / "harness" / "run"  # stands before the installed one
    other.mkdir(parents=True)
    (other.parent / "__init__.py").touch()
    (other / "__init__.py").touch()
    (other / "node.py").write_text("raise SystemExit(1)")
    with pytest.raises(HarnessError, match=r"ended with status 1 and left nothing in .*must lie at the same paths"):
        run("print('said')", tmp_path)


def test_a_task_that_is_killed_is_a_machine_that_was_lost(run) -> None:
    def submit(command: Sequence[str], environment: Mapping[str, str]) -> Task:
        task = Task(command, environment)
        task.process.kill()
        return task

    outcome, _ = run("print('said')", ROOT, submit)
    assert outcome.lost
    assert outcome.reason(30.0) == "was lost with the machine that it ran on"
