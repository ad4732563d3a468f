"""A worker process: its log, its time limit, its end."""

import os
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from harness.run import process
from harness.run.executors import forked
from harness.run.locks import StoppedError

linux = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a framework may not survive a fork")


class Starter:
    """Runs programs, as processes like any other or forked from one that has imported a module."""

    def __init__(self, preload: Sequence[str]) -> None:
        self.preload, self.count = preload, 0

    def __call__(
        self,
        folder: Path,
        code: str,
        timeout: float = 30,
        cancelled: threading.Event | None = None,
        fresh: Sequence[str] = (),
    ) -> tuple[process.Outcome, list[Mapping[str, Any]]]:
        self.count += 1
        (folder / f"program{self.count}.py").write_text(code)
        seen: list[Mapping[str, Any]] = []
        call = process.Call(
            [sys.executable, "-m", f"program{self.count}"],
            {**os.environ, "TF_DETERMINISTIC_OPS": "7", "PYTHONUNBUFFERED": "1", "PYTHONUTF8": "1"},
            folder,
            folder / "cli" / "worker.log",
            timeout,
            folder / "progress.jsonl",
            fresh,
            preload=self.preload,
        )
        cancelled = cancelled or threading.Event()
        with forked.beginning(call, cancelled) as begin:
            assert (begin is process.as_child) == (not self.preload)
            outcome = process.run(call, cancelled, seen.append, begin=begin)
        return outcome, seen


@pytest.fixture(params=["as a child", pytest.param("forked", marks=linux)])
def start(request: pytest.FixtureRequest) -> Iterator[Starter]:
    yield Starter(["json.tool"] if request.param == "forked" else [])
    forked.close_all()


def test_the_log_holds_command_environment_and_both_outputs_with_the_time(start: Starter, tmp_path: Path) -> None:
    outcome, _ = start(tmp_path, "import sys; print('out'); print('\\xe9rror', file=sys.stderr)")
    assert outcome.reason(30) is None
    lines = (tmp_path / "cli" / "worker.log").read_text().splitlines()
    assert lines == outcome.log.splitlines()
    texts = [line.split(" ", 1)[1] for line in lines]
    assert texts[0].startswith(f"command: {sys.executable} -m program")
    assert "environment: TF_DETERMINISTIC_OPS=7" in texts
    assert texts.index("out") > texts.index("environment: TF_DETERMINISTIC_OPS=7")
    assert "\xe9rror" in texts
    assert texts[-1].startswith("ended with status 0")
    assert all(line[:2] == "20" and line[23] == "Z" for line in lines)


def test_a_second_process_adds_to_the_log(start: Starter, tmp_path: Path) -> None:
    start(tmp_path, "print('first')")
    outcome, _ = start(tmp_path, "print('second')")
    log = (tmp_path / "cli" / "worker.log").read_text()
    assert "first" in log
    assert log.endswith(outcome.log)
    assert "first" not in outcome.log


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import sys; sys.exit(3)", "ended with status 3"),
        (
            "import sys; sys.exit('torch: no such device\\n\\n')",
            "ended with status 1; its last line: torch: no such device",
        ),
        ("import os; os.kill(os.getpid(), 9)", "as the kernel does when memory runs out"),
        ("import os; os.abort()", "was ended by signal 6 (SIGABRT)"),
    ],
)
def test_how_it_ended_is_said(start: Starter, tmp_path: Path, code: str, reason: str) -> None:
    outcome, _ = start(tmp_path, code)
    assert reason in (outcome.reason(30) or "")


def test_the_time_limit_stops_it_and_all_that_it_started(start: Starter, tmp_path: Path, wait_until_gone) -> None:
    code = (
        "import faulthandler, os, signal, subprocess, sys, time\n"
        "faulthandler.register(signal.SIGUSR1)\n"
        "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])\n"
        "print('child', child.pid)\n"
        "def stand_here(): time.sleep(60)\n"
        "stand_here()"
    )
    outcome, _ = start(tmp_path, code, timeout=1)
    assert outcome.reason(1) == "took longer than the time limit of 1 s and was stopped"
    assert "in stand_here" in outcome.log
    [child] = [int(line.split()[-1]) for line in outcome.log.splitlines() if " child " in line]
    assert wait_until_gone(child)


def test_a_stopped_session_stops_it(start: Starter, tmp_path: Path, wait_until_gone) -> None:
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    code = "import os, time; open('pid', 'w').write(str(os.getpid())); time.sleep(60)"
    with pytest.raises(StoppedError):
        start(tmp_path, code, cancelled=cancelled)
    assert wait_until_gone(int((tmp_path / "pid").read_text()))


def test_progress_lines_are_handed_on_whole(start: Starter, tmp_path: Path) -> None:
    (tmp_path / "progress.jsonl").write_text('{"epoch": "of an earlier process"}\n')
    code = (
        "import time\n"
        "stream = open('progress.jsonl', 'a')\n"
        "for piece in ('{\"epoch\": 1}\\n{\"epo', 'ch\": 2}\\n'):\n"
        "    stream.write(piece); stream.flush(); time.sleep(0.3)"
    )
    _, seen = start(tmp_path, code)
    assert seen == [{"epoch": 1}, {"epoch": 2}]


def test_a_worker_that_prints_without_end_is_cut_and_its_last_words_are_kept(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("harness.run.tee.JOB_BYTES", 100_000)
    code = (
        "print('a b: begins')\nprint('x' * 200_000)\nfor n in range(20_000): print('line', n)\n"
        "print('a c: begins')\nprint('of the next job')\n"
        "for n in range(20_000): print('more', n)"
    )
    outcome, _ = start(tmp_path, code, fresh=["a b: begins", "a c: begins"])
    log = (tmp_path / "cli" / "worker.log").read_text()
    assert log == outcome.log
    assert len(log) < 2.3 * 100_000
    assert log.count("(the job printed more than 0.1 MB: ") == 2
    texts = [line.split(" ", 1)[-1] for line in log.splitlines()]
    assert texts.index("line 19999") < texts.index("a c: begins") < texts.index("of the next job")
    assert "more 10" in texts
    assert "more 10000" not in texts
    assert texts[-2] == "more 19999"
    assert texts[-1].startswith("ended with status 0")


ESCAPED = (
    "import os, subprocess, sys, time\n"
    "code = 'import os, time\\nif os.fork(): os._exit(0)\\nos.setsid()\\n"
    'open("pid", "w").write(str(os.getpid()))\\ntime.sleep(60)\'\n'
    "subprocess.run([sys.executable, '-c', code], start_new_session=True)\n"
    "while not (os.path.exists('pid') and os.path.getsize('pid')): time.sleep(0.05)\n"
)


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a process that left its group is not found")
@pytest.mark.parametrize("end", ["", "os.kill(os.getpid(), 9)", "time.sleep(60)"])
def test_what_left_the_process_group_ends_with_the_worker(
    start: Starter, tmp_path: Path, wait_until_gone, end: str
) -> None:
    outcome, _ = start(tmp_path, ESCAPED + end, timeout=5)
    assert outcome.seconds < 10
    assert wait_until_gone(int((tmp_path / "pid").read_text()))


def test_temporary_files_of_a_worker_go_with_it(
    start: Starter, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "system"))
    (tmp_path / "system").mkdir()
    code = "import os, tempfile\nprint('made', tempfile.mkdtemp(), tempfile.mkstemp()[1], flush=True)\nos._exit(0)"
    outcome, _ = start(tmp_path, code)
    assert str(tmp_path / "system") in outcome.log
    left = [path.name for path in (tmp_path / "system").glob("*/*")]
    assert all(name.startswith("keras-") for name in left)  # a fork server's own
    forked.close_all()
    assert list((tmp_path / "system").iterdir()) == []


FORKS = (
    "import os, time\n"
    "if os.fork() == 0:\n"
    "    os.setsid()\n"
    "    if os.fork(): os._exit(0)\n"
    "    open('pid', 'w').write(str(os.getpid()))\n"
    "    time.sleep(60)\n"
    "while not (os.path.exists('pid') and os.path.getsize('pid')): time.sleep(0.05)\n"
)


@linux
def test_a_copy_of_the_worker_that_left_its_group_ends_with_it(start: Starter, tmp_path: Path, wait_until_gone) -> None:
    outcome, _ = start(tmp_path, FORKS)
    assert outcome.seconds < 20  # and not the minute for which it holds our end of its output
    assert wait_until_gone(int((tmp_path / "pid").read_text()))
    outcome, _ = start(tmp_path, "print('the next one')")
    assert outcome.status == 0
