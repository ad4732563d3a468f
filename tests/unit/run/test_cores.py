"""Core slots: workers never exceed the cores."""

import os
import subprocess
import sys
import threading
import time

import pytest

from harness import ONE_THREAD
from harness.run import cores


def test_no_more_workers_than_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 2)
    running, most, guard = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with cores.slots(threading.Event()):
            with guard:
                running += 1
                most = max(most, running)
            time.sleep(0.1)
            with guard:
                running -= 1

    threads = [threading.Thread(target=work) for _ in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert most == 2


def test_threads_never_exceed_the_cores_and_nobody_waits_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 3)
    running, guard = 0, threading.Lock()
    seen: list[int] = []

    def work(threads: int) -> None:
        nonlocal running
        for _ in range(3):
            with cores.slots(threading.Event(), threads=threads):
                with guard:
                    running += threads
                    seen.append(running)
                time.sleep(0.05)
                with guard:
                    running -= threads

    workers = [threading.Thread(target=work, args=(threads,), daemon=True) for threads in (2, 1, 2, 3, 2)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join(30)
        assert not worker.is_alive()
    assert len(seen) == 15
    assert max(seen) == 3


def test_more_threads_than_cores_get_all_cores(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cores, "available", lambda: 2)
    with cores.slots(threading.Event(), threads=5):
        assert {path.name for path in cores.slots_folder().glob("*.holder")} == {"0.lock.holder", "1.lock.holder"}


def test_slots_belong_to_the_user_and_not_to_a_session(tmp_path: os.PathLike[str]) -> None:
    assert cores.slots_folder().is_relative_to(tmp_path)


def test_every_library_gets_one_thread() -> None:
    environment = cores.thread_environment()
    assert set(environment.values()) == {"1"}
    assert {"OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"} <= set(environment)


def test_operations_run_one_after_another_however_many_threads_each_has() -> None:
    environment = cores.thread_environment(4)
    assert environment.pop("TF_NUM_INTEROP_THREADS") == "1"
    assert set(environment.values()) == {"4"}


def test_the_affinity_of_the_process_counts() -> None:
    assert 1 <= cores.available() <= (os.cpu_count() or 1)


@pytest.mark.parametrize(("given", "expected"), [({}, "1"), (dict.fromkeys(ONE_THREAD, "2"), "2")])
def test_linear_algebra_has_one_thread_before_numpy_is_there_unless_the_user_says_otherwise(
    given: dict[str, str], expected: str
) -> None:
    program = f"import os, sys, harness; print(*(os.environ[name] for name in {ONE_THREAD}), 'numpy' in sys.modules)"
    environment = {name: value for name, value in os.environ.items() if name not in ONE_THREAD} | given
    told = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    assert told.stdout.split() == [*[expected] * len(ONE_THREAD), "False"]
