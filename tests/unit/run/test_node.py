"""A worker process on another machine, by the files that it shares with the session; here that machine is this one."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from harness.run import node, process, pulse
from harness.run.pulse import Listener, Pulse

ROOT = Path(__file__).parents[3]


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Callable[[str], "subprocess.Popen[bytes]"]]:
    """Start a machine on a program, or once more on the last one."""
    machines: list[subprocess.Popen[bytes]] = []

    def begin(code: str = "") -> "subprocess.Popen[bytes]":
        if code:
            command, environment = [sys.executable, "-u", "-c", code], dict(os.environ)
            call = process.Call(command, environment, tmp_path, tmp_path / "unused", 30.0, tmp_path / "progress")
            node.write_call(tmp_path, call)
            Pulse(tmp_path / node.PULSE).beat()
        machines.append(subprocess.Popen(node.command(tmp_path), cwd=ROOT, stdin=subprocess.PIPE))
        return machines[-1]

    yield begin
    for machine in machines:
        machine.communicate()


def started(folder: Path) -> int:
    """Number of the process that has said it."""
    deadline = time.monotonic() + 30
    while not (folder / "pid").exists() or not (folder / "pid").read_text():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    return int((folder / "pid").read_text())


ENDLESS = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(600)"


def test_the_outcome_and_the_log_are_files(tmp_path: Path, start) -> None:
    assert node.read_outcome(tmp_path) is None
    assert start("import sys; print('said'); sys.exit(3)").wait(30) == 0
    found = node.read_outcome(tmp_path)
    assert found is not None
    assert (found.status, found.timed_out, found.lost, found.printed) == (3, False, False, "said")
    assert found.reason(30.0) == "ended with status 3; its last line: said"
    assert not (tmp_path / "unused").exists()
    lines = (tmp_path / node.LOG).read_text().splitlines()
    assert lines[0].startswith("machine: ")
    assert any(line.endswith(" said") for line in lines)


def test_a_folder_is_run_in_once(tmp_path: Path, start) -> None:
    assert start("open('runs', 'a').write('x')").wait(30) == 0
    (tmp_path / node.OUTCOME).unlink()  # as of a machine that was lost
    assert start().wait(30) == node.UNKNOWN
    assert (tmp_path / "runs").read_text() == "x"
    assert node.read_outcome(tmp_path) is None


@pytest.mark.parametrize("end", ["engine", "session"])
def test_it_ends_with_the_engine_and_with_the_session(tmp_path: Path, start, wait_until_gone, end: str) -> None:
    machine = start(ENDLESS)
    worker = started(tmp_path)
    if end == "engine":
        machine.stdin.close()
    else:
        (tmp_path / node.PULSE).unlink()
    assert machine.wait(30) == node.UNKNOWN
    assert wait_until_gone(worker)
    found = node.read_outcome(tmp_path)
    assert found is not None
    assert found.reason(30.0) == "was lost with the machine that it ran on"


def test_who_is_silent_is_gone_and_who_beats_is_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pulse, "SILENT_SECONDS", 0.4)
    monkeypatch.setattr(pulse, "_BEAT_SECONDS", 0.05)
    monkeypatch.setattr(pulse, "_LOOK_SECONDS", 0.05)
    beating, listener = Pulse(tmp_path / "pulse"), Listener(tmp_path / "pulse")
    for _ in range(10):
        beating.beat()
        assert not listener.is_gone()
        time.sleep(0.1)
    time.sleep(0.6)
    assert listener.is_gone()
    beating.beat()
    time.sleep(0.1)
    assert not listener.is_gone()
    beating.end()
    time.sleep(0.1)
    assert listener.is_gone()
