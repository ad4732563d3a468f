"""Workers that are forked from a process with their framework: like new ones, and never left running."""

import os
import re
import signal
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from harness.run import devices, process
from harness.run.executors import forked, local
from harness.run.locks import StoppedError
from harness.run.runtimes import preloaded
from harness.run.sides import Side
from harness.session.request import Request

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="elsewhere a framework may not survive a fork")
ROOT = Path(__file__).parents[3]
FRAMEWORKS = ("harness.networks.pinn.tensorflow.port", "harness.networks.pinn.torch.port")
BIG = ("tensorflow", "keras", "torch")
NUMBERS = {
    "random": "import random; print('drawn', random.random())",
    "numpy": "import numpy; print('drawn', numpy.random.rand())",
    "tensorflow": "import tensorflow as tf; print('drawn', float(tf.random.uniform([])))",
    "keras": "import keras; print('drawn', float(keras.random.uniform([])))",
    "torch": "import torch; print('drawn', torch.rand([]).item())",
}


@pytest.fixture(autouse=True)
def none_waits() -> Iterator[None]:
    forked.close_all()
    yield
    forked.close_all()


def call(folder: Path, code: str, *preload: str, **environment: str) -> process.Call:
    """The call of a program that prints."""
    folder.mkdir(exist_ok=True)
    (folder / "program.py").write_text(code)
    path = os.pathsep.join([str(folder), str(ROOT)])
    own = {"PYTHONPATH": path, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONUNBUFFERED": "1"} | environment
    command = [sys.executable, "-m", "program"]
    return process.Call(
        command, {**os.environ, **own}, folder, folder / "log", 60.0, folder / "none", preload=preload or ("json",)
    )


def run(one: process.Call, cancelled: threading.Event | None = None) -> process.Outcome:
    return local.run(one, cancelled or threading.Event(), print, lambda _: None, lambda _: lambda _: None)


def printed(outcome: process.Outcome, word: str) -> list[str]:
    return re.findall(rf"Z {word} (.*)", outcome.log)


def parent_of(one: process.Call) -> str:
    [found] = printed(run(one), "parent")
    return found


def number_of(server: forked.ForkServer) -> int:
    return server._process.pid


def test_a_module_is_imported_once_for_all_workers(tmp_path: Path) -> None:
    (tmp_path / "dear.py").write_text("open('imported', 'a').write('.')\n")
    one = call(tmp_path, "import dear, os; print('parent', os.getppid())", "dear")
    first = parent_of(one)
    [server] = forked._IDLE
    assert parent_of(one) == first == str(number_of(server))
    assert (server._folder / "imported").read_text() == "."
    assert not (tmp_path / "imported").exists()


def test_an_edit_of_the_harness_during_a_session_has_a_server_of_its_own(tmp_path: Path) -> None:
    """Else the results of the old code would be kept under the key of the new."""
    one = call(tmp_path, "import os; print('parent', os.getppid())")
    first = parent_of(one)
    assert parent_of(one) == first
    (tmp_path / "harness" / "networks").mkdir(parents=True)
    (tmp_path / "harness" / "networks" / "edited.py").write_text("one = 1")
    second = parent_of(one)
    assert parent_of(one) == second != first
    (tmp_path / "harness" / "networks" / "edited.py").write_text("one = 2")
    assert parent_of(one) not in (first, second)


@pytest.mark.parametrize("change", ["environment", "modules"])
def test_another_environment_or_framework_has_a_server_of_its_own(tmp_path: Path, change: str) -> None:
    one = call(tmp_path, "import os; print('parent', os.getppid())")
    other = replace(one, environment={**one.environment, "OF": "its own"})
    assert parent_of(one) != parent_of(other if change == "environment" else replace(one, preload=("csv",)))


def test_a_worker_is_like_a_new_process(tmp_path: Path) -> None:
    code = (
        "import json, os, sys, tempfile\n"
        "mark = 'nothing of an earlier one' if not hasattr(json, 'mark') else 'marked'\n"
        "json.mark = 1\n"
        "leads = os.getpgid(0) == os.getpid()\n"
        "seen = [sys.argv[1:], os.getcwd(), sys.path[0], os.environ['OWN'], mark, __name__, leads]\n"
        "print('seen', json.dumps(seen), tempfile.gettempdir() == os.environ['TMPDIR'], sys.stdin.fileno())\n"
        "print('open', sorted(os.listdir('/proc/self/fd'))[:-1])\n"
    )
    one = call(tmp_path, code, OWN="given")
    one = replace(one, command=[*one.command, "a", "b"])
    as_child = process.run(one, threading.Event(), print)
    for _ in range(2):
        outcome = run(one)
        assert outcome.status == 0, outcome.log
        assert printed(outcome, "seen") == printed(as_child, "seen")
        assert printed(outcome, "open") == printed(as_child, "open") == ["['0', '1', '2']"]


@pytest.mark.parametrize("library", ["random", "numpy", *(pytest.param(name, marks=pytest.mark.slow) for name in BIG)])
def test_random_numbers_without_a_seed_are_as_new_as_in_a_new_process(tmp_path: Path, library: str) -> None:
    one = call(tmp_path, NUMBERS[library], "random", "numpy.random", *(FRAMEWORKS if library in BIG else ()))
    as_forked = [printed(run(one), "drawn") for _ in range(2)]
    as_child = [printed(process.run(one, threading.Event(), print), "drawn") for _ in range(2)]
    assert all(len(found) == 1 for found in (*as_forked, *as_child))
    assert as_forked[0] != as_forked[1]
    assert as_child[0] != as_child[1]


def test_a_framework_that_ends_its_process_is_told_by_the_worker(tmp_path: Path) -> None:
    (tmp_path / "broken.py").write_text("import os\nprint('no such device', flush=True)\nos._exit(7)\n")
    outcome = run(call(tmp_path, "import broken", "broken"))
    assert outcome.reason(60) == "ended with status 7; its last line: no such device"
    assert forked._IDLE == []


def test_a_framework_that_is_not_there_is_told_by_the_worker(tmp_path: Path) -> None:
    outcome = run(call(tmp_path, "import no_such_framework", "no_such_framework"))
    assert "ModuleNotFoundError: No module named 'no_such_framework'" in outcome.printed


def test_a_server_that_was_killed_while_it_waited_is_replaced(tmp_path: Path) -> None:
    one = call(tmp_path, "import os; print('parent', os.getppid())")
    first = parent_of(one)
    os.kill(int(first), signal.SIGKILL)
    time.sleep(0.2)
    assert parent_of(one) != first


def test_a_server_that_is_killed_under_its_worker_takes_it_along(tmp_path: Path, wait_until_gone) -> None:
    code = (
        "import os, signal, time\nopen('pid', 'w').write(str(os.getpid()))\n"
        "os.kill(os.getppid(), signal.SIGKILL)\ntime.sleep(60)"
    )
    outcome = run(call(tmp_path, code))
    assert outcome.status == -signal.SIGKILL
    assert wait_until_gone(int((tmp_path / "pid").read_text()))
    assert forked._IDLE == []


def test_few_servers_wait(tmp_path: Path, wait_until_gone) -> None:
    first, *others = [
        int(parent_of(call(tmp_path, "import os; print('parent', os.getppid())", OF=str(number))))
        for number in range(forked.KEPT + 1)
    ]
    assert wait_until_gone(first)
    assert [number_of(server) for server in forked._IDLE] == others


def test_a_session_that_is_stopped_does_not_wait_for_an_import(tmp_path: Path) -> None:
    (tmp_path / "endless.py").write_text("import time\ntime.sleep(60)\n")
    cancelled = threading.Event()
    threading.Timer(0.5, cancelled.set).start()
    started = time.monotonic()
    with pytest.raises(StoppedError):
        run(call(tmp_path, "", "endless"), cancelled)
    assert time.monotonic() - started < 10
    assert forked._IDLE == []


def test_a_stopped_session_ends_the_worker_and_its_server(tmp_path: Path, wait_until_gone) -> None:
    cancelled = threading.Event()
    threading.Timer(1.0, cancelled.set).start()
    code = "import os, time\nopen('pids', 'w').write(f'{os.getpid()} {os.getppid()}')\ntime.sleep(60)"
    with pytest.raises(StoppedError):
        run(call(tmp_path, code), cancelled)
    assert all(wait_until_gone(int(number)) for number in (tmp_path / "pids").read_text().split())
    assert forked._IDLE == []


def test_elsewhere_than_on_linux_nothing_is_forked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    one = call(tmp_path, "import os; print('parent', os.getppid())")
    monkeypatch.setattr(forked.sys, "platform", "darwin")
    assert parent_of(one) == str(os.getpid())


SIDES = [
    ("gs1_custom", "torch", ["harness.networks.pinn.torch.port"]),
    ("gs1_custom", "a_plugin", []),
    ("supervised_normalised", "keras", ["harness.toolkits.keras.port"]),
    ("supervised_normalised", "torch", ["harness.toolkits.torch.port"]),
]


@pytest.mark.parametrize(("case", "side", "modules"), SIDES)
def test_the_framework_of_a_side_is_imported_before_on_the_cpu_alone(case: str, side: str, modules: list[str]) -> None:
    [scenario] = [one.scenario for one in Request.from_texts(ROOT, profile="smoke").cases() if one.name == case]
    asked = Side(side, side)
    assert preloaded(scenario, asked, devices.CPU) == ("harness.run.legs.common", *modules)
    assert preloaded(scenario, asked, devices.Device("gpu", 0, "H")) == ()
