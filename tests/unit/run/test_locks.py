"""Locks: one holder, no deadlock, and waiting can be given up."""

import re
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from harness.run.locks import StoppedError, all_of, holders, one_of

NEVER = threading.Event()


def test_the_first_free_lock_is_taken(tmp_path: Path) -> None:
    paths = [tmp_path / "a.lock", tmp_path / "b.lock"]
    with one_of(paths, NEVER) as first, one_of(paths, NEVER) as second:
        assert [first, second] == paths
    with one_of(paths, NEVER) as again:
        assert again == paths[0]


def test_waiting_can_be_given_up(tmp_path: Path) -> None:
    cancelled = threading.Event()
    threading.Timer(0.2, cancelled.set).start()
    with one_of([tmp_path / "a.lock"], NEVER), pytest.raises(StoppedError), one_of([tmp_path / "a.lock"], cancelled):
        pytest.fail("the lock was held twice")


def test_a_lock_that_is_named_twice_is_taken_once(tmp_path: Path) -> None:
    cancelled = threading.Event()
    threading.Timer(2, cancelled.set).start()
    with all_of([tmp_path / "a.lock", tmp_path / "a.lock"], cancelled):
        assert not cancelled.is_set()


def test_locks_are_taken_in_one_order_whoever_asks(tmp_path: Path) -> None:
    """So two who want the same ones cannot wait for each other: the second is left alone while the first is held."""
    first, second = tmp_path / "a.lock", tmp_path / "b.lock"
    given_up = threading.Event()

    def want_both() -> None:
        with all_of([second, first], NEVER):
            pass

    with one_of([first], NEVER):
        thread = threading.Thread(target=want_both, daemon=True)
        thread.start()
        time.sleep(0.3)
        threading.Timer(2, given_up.set).start()
        with one_of([second], given_up):  # raises when it is not free
            pass
        assert thread.is_alive()
    thread.join(10)
    assert not thread.is_alive()


def test_who_waits_is_told_who_holds_the_lock_and_for_how_long(tmp_path: Path) -> None:
    path, told, heard = tmp_path / "a.lock", [], threading.Event()
    program = (
        "import sys, threading; from pathlib import Path; from harness.run.locks import one_of\n"
        "with one_of([Path(sys.argv[1])], threading.Event()): print('held', flush=True); sys.stdin.read()"
    )
    pipe = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    with subprocess.Popen([sys.executable, "-c", program, path], **pipe) as other:
        assert other.stdout.readline() == "held\n"

        def wait(text: str) -> None:
            told.append(text)
            heard.set()

        thread = threading.Thread(target=lambda: one_of([path], NEVER, wait).__enter__(), daemon=True)
        thread.start()
        assert heard.wait(10)
        other.stdin.close()
    assert re.fullmatch(rf"held by process {other.pid} for \d+\.\d s", told[0])
    thread.join(10)
    assert not thread.is_alive()


def test_nobody_is_named_once_a_lock_is_free(tmp_path: Path) -> None:
    paths = [tmp_path / "a.lock", tmp_path / "b.lock"]
    with one_of(paths[:1], NEVER), one_of(paths[1:], NEVER):
        assert re.fullmatch(r"held by this session for \d\.\d s and this session for \d\.\d s", holders(paths))
    assert holders(paths) == ""
    (tmp_path / "a.lock.holder").write_text("half")
    assert holders(paths) == ""
