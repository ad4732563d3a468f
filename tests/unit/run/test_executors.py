"""Workers as the tasks of a real Dask cluster: a scheduler and workers that are processes of this machine."""

import contextlib
import functools
import importlib.util
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from dask import config

from harness.errors import HarnessError
from harness.files import read_json, sha256
from harness.run.executors import dask
from harness.run.locks import StoppedError
from harness.run.plan import LEGS
from harness.run.run_case import run_case
from harness.run.store import Store

TIMED = ("jobs.json", "run_metadata.json", "timing.json", "stats.json", "worker.log")
"""Files that hold seconds."""
ROOT = Path(__file__).parents[3]
SMALL = """\
dataset: {object: {shape: [160, 160]}, scan: {images: 24}, nphotons: 1.0e6}
grouping: {groups: 4}
training: {epochs: 2, batch_size: 2}
inference: {group_limit: 6}
"""
TTL = {"DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "10s"}


class Cluster:
    """A scheduler, and workers with one thread each."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.address = f"tcp://127.0.0.1:{port}"
        self.folder, self.workers = folder, list[subprocess.Popen[bytes]]()
        self.scheduler = self._start("scheduler", "--host", "127.0.0.1", "--port", str(port))

    def _start(self, kind: str, *words: str) -> "subprocess.Popen[bytes]":
        command = [sys.executable, "-m", f"distributed.cli.dask_{kind}", *words, "--no-dashboard"]
        with (self.folder / "cluster.log").open("ab") as log:
            return subprocess.Popen(command, cwd=self.folder, env={**os.environ, **TTL}, stdout=log, stderr=log)

    def have(self, count: int) -> None:
        """Start workers until so many live."""
        self.workers = [worker for worker in self.workers if worker.poll() is None]
        while len(self.workers) < count:
            self.workers.append(self._start("worker", self.address, "--nthreads", "1", "--no-nanny"))

    def end(self) -> None:
        for process in (*self.workers, self.scheduler):
            process.send_signal(signal.SIGCONT)
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def started(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with pytest.MonkeyPatch.context() as patch:
        found = Cluster(tmp_path_factory.mktemp("cluster"))
        patch.setenv("DASK_SCHEDULER_ADDRESS", found.address)
        refreshed()
        yield found
        dask._client().close()
        dask._client.cache_clear()
        found.end()


@pytest.fixture
def cluster(started: Cluster) -> Cluster:
    started.have(2)
    return started


def refreshed() -> None:
    """Have Dask read its variables again, and forget the client."""
    config.refresh()
    dask._client.cache_clear()


def running(folder: Path, module: str) -> dict[int, int]:
    """The processes of a module that work in a folder, each with its parent."""
    found = {}
    for path in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            words = (path / "cmdline").read_bytes().split(b"\0")
            places = b" ".join([*words, os.fsencode((path / "cwd").readlink())])
            if module.encode() in words and os.fsencode(folder) in places:
                found[int(path.name)] = int((path / "stat").read_text().rsplit(")", 1)[1].split()[1])
    return found


def until(found: Callable[[], Any], seconds: float = 180.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (value := found()):
        assert time.monotonic() < deadline, "it does not come"
        time.sleep(0.05)
    return value


def trainings(site: Path) -> int:
    return len((site / "marks").read_text().splitlines()) if (site / "marks").exists() else 0


def digests(folder: Path) -> dict[str, str]:
    files = (path for path in folder.rglob("*") if path.is_file() and path.name not in TIMED)
    return {path.relative_to(folder).as_posix(): sha256(path) for path in files}


def _is_of_training(line: dict[str, Any]) -> bool:
    return (line["backend"], line["leg"]) == ("toy", "train") and bool(line.get("epochs"))


def ignore(_: object) -> None:
    """Who does not watch the progress."""


class Session:
    """A run of a case in a thread."""

    def __init__(self, *arguments: Any) -> None:
        self.cancelled = threading.Event()
        self.told: list[Any] = []
        self.raised: BaseException | None = None
        self._thread = threading.Thread(target=self._run, args=arguments)
        self._thread.start()

    def _run(self, *arguments: Any) -> None:
        try:
            run_case(*arguments, self.told.append, cancelled=self.cancelled)
        except BaseException as error:
            self.raised = error

    def wait(self) -> None:
        self._thread.join(240)
        assert not self._thread.is_alive()


@pytest.mark.usefixtures("cluster")
def test_the_same_results_as_here(finished: Path, case, options, tmp_path: Path, jobs_of) -> None:
    told: list[dict[str, Any]] = []
    asked = options(executor="dask", log_patch_stats=True, patch_stats_limit=1)
    run_case(case, LEGS, asked, tmp_path / "hub", told.append)  # type: ignore[arg-type]
    here, there = finished / "hub" / "small", tmp_path / "hub"
    assert digests(there) == digests(here)
    assert len(digests(there)) > 100
    assert {name: job["key"] for name, job in jobs_of(there).items()} == {
        name: job["key"] for name, job in jobs_of(here).items()
    }
    log = (there / "toy" / "cli" / "worker.log").read_text()
    assert log.count("\nmachine: ") + log.startswith("machine: ") == 3  # its three processes
    assert log.count("toy train: done") == 1
    assert [line["epoch"] for line in told if _is_of_training(line)] == [0, 1, 2]
    assert not list((tmp_path / "store" / "tmp").iterdir())


def test_a_machine_that_dies_in_the_middle_costs_time_alone(
    cluster: Cluster, case, options, tmp_path: Path, toys: Path, jobs_of, wait_until_gone
) -> None:
    session = Session(case, {"train", "infer"}, options("toy", "slow", executor="dask"), tmp_path / "hub")
    until(lambda: trainings(toys) == 1)
    killed = kill_machine_of_slow(tmp_path)
    session.wait()
    assert session.raised is None
    assert trainings(toys) == 2
    jobs = jobs_of(tmp_path / "hub")
    assert {job["status"] for job in jobs.values()} == {"done"}
    assert all(map(wait_until_gone, killed))
    assert (tmp_path / "hub" / "slow" / "cli" / "worker.log").read_text().count("machine: ") == 2
    assert not list((tmp_path / "store" / "tmp").iterdir())
    run_case(case, {"train", "infer"}, options("toy", "slow"), tmp_path / "again", ignore)
    assert all(job["cached"] for job in jobs_of(tmp_path / "again").values())  # whole, and verified


def kill_machine_of_slow(store: Path, number: int = signal.SIGKILL) -> list[int]:
    """Kill the engine's worker that trains the slow backend; returns what ran below it."""
    [worker] = (pid for pid in until(lambda: running(store, "harness.run.worker")) if b"slow" in jobs_in(pid))
    node = running(store, "harness.run.worker")[worker]
    machine = running(store, "harness.run.node")[node]
    os.kill(machine, number)
    return [worker, node]


def jobs_in(worker: int) -> bytes:
    folder = Path(f"/proc/{worker}/cwd").readlink()
    return b"".join(path.read_bytes() for path in folder.glob("*.json"))


@pytest.mark.nightly
def test_a_session_that_loses_a_machine_comes_to_the_verdicts_of_one_here(
    cluster: Cluster, tmp_path: Path, toys: Path, monkeypatch: pytest.MonkeyPatch, jobs_of
) -> None:
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT), str(toys)]))
    (tmp_path / "scenarios").mkdir()
    (tmp_path / "scenarios" / "small.yaml").write_text(SMALL)
    here = verb(tmp_path, "local")
    assert here.wait(240) in (0, 1), (tmp_path / "local.txt").read_text()
    before = trainings(toys)
    there = verb(tmp_path, "dask")
    until(lambda: trainings(toys) == before + 1)
    kill_machine_of_slow(tmp_path)
    assert there.wait(240) == here.returncode, (tmp_path / "dask.txt").read_text()
    assert verdicts(tmp_path / "dask") == verdicts(tmp_path / "local")
    assert len(verdicts(tmp_path / "dask")) > 10
    assert {job["status"] for job in jobs_of(tmp_path / "dask" / "small").values()} == {"done"}
    assert read_json(tmp_path / "dask" / "session.json")["executor"] == "dask"


def verb(folder: Path, executor: str) -> "subprocess.Popen[bytes]":
    words = ["run", "small", "--profile", "smoke", "--backends", "toy,slow", "--executor", executor]
    words += ["--store", f"{executor}-store", "--hub", executor, "--override", "ensemble.seeds=0"]
    with (folder / f"{executor}.txt").open("wb") as log:
        return subprocess.Popen([sys.executable, "-m", "harness", *words], cwd=folder, stdout=log, stderr=log)


def verdicts(hub: Path) -> dict[str, str]:
    return {path.stem: read_json(path)["status"] for path in (hub / "small" / "checks").glob("*.json")}


def test_a_leg_that_loses_two_machines_is_an_error_of_that_leg(
    cluster: Cluster, case, options, tmp_path: Path, toys: Path, jobs_of
) -> None:
    cluster.have(3)
    session = Session(case, {"train", "infer"}, options("toy", "slow", executor="dask"), tmp_path / "hub")
    for count in (1, 2):
        until(lambda count=count: trainings(toys) == count)
        kill_machine_of_slow(tmp_path)
    session.wait()
    jobs = jobs_of(tmp_path / "hub")
    assert jobs["slow", "train"]["error"] == "the worker was lost with the machine that it ran on"
    assert jobs["slow", "infer"]["error"] == "was not run: the job that it starts from failed."
    assert (jobs["toy", "train"]["status"], jobs["toy", "infer"]["status"]) == ("done", "done")
    assert not [path for path in (tmp_path / "store" / "train").glob("*/*/done.json") if b"slow" in path.read_bytes()]


@pytest.mark.slow
def test_a_machine_that_comes_back_finds_another_at_its_work(
    cluster: Cluster, case, options, tmp_path: Path, toys: Path, jobs_of, wait_until_gone
) -> None:
    session = Session(case, {"train"}, options("toy", "slow", executor="dask"), tmp_path / "hub")
    until(lambda: trainings(toys) == 1)
    worker, node = kill_machine_of_slow(tmp_path, signal.SIGSTOP)
    os.kill(node, signal.SIGSTOP)
    os.kill(worker, signal.SIGSTOP)
    until(lambda: trainings(toys) == 2)
    for pid in (worker, node, *(stopped.pid for stopped in cluster.workers)):
        os.kill(pid, signal.SIGCONT)
    session.wait()
    assert {job["status"] for job in jobs_of(tmp_path / "hub").values()} == {"done"}
    assert wait_until_gone(worker)
    assert wait_until_gone(node)
    with Store(tmp_path / "store").scratch() as swept:
        assert {path.stem for path in (tmp_path / "store" / "tmp").iterdir()} == {swept.name}


@pytest.mark.usefixtures("cluster", "toys")
def test_a_session_that_is_stopped_stops_what_runs_elsewhere(case, options, tmp_path: Path, wait_until_gone) -> None:
    session = Session(case, {"train"}, options("toy", "hanging", executor="dask"), tmp_path / "hub")
    log = tmp_path / "hub" / "hanging" / "cli" / "worker.log"
    until(lambda: log.exists() and "pids" in log.read_text())
    [line] = (line for line in log.read_text().splitlines() if " pids " in line)
    session.cancelled.set()
    session.wait()
    assert isinstance(session.raised, StoppedError)
    assert all(map(wait_until_gone, map(int, line.split()[-2:])))
    assert not list((tmp_path / "store" / "tmp").iterdir())


@pytest.mark.slow
@pytest.mark.usefixtures("toys")
def test_a_session_that_is_killed_leaves_nothing_running_elsewhere(
    cluster: Cluster, tmp_path: Path, session: Path, wait_until_gone
) -> None:
    command = [sys.executable, session, tmp_path, tmp_path / "hub", "hanging", "toy", "train"]
    environment = {**os.environ, "TOY_EXECUTOR": "dask"}
    killed = subprocess.Popen(command, env=environment, stderr=subprocess.DEVNULL)
    log = tmp_path / "hub" / "hanging" / "cli" / "worker.log"
    until(lambda: log.exists() and "pids" in log.read_text())
    killed.kill()
    killed.wait()
    time.sleep(2)
    [worker, _] = map(int, log.read_text().split(" pids ")[1].split()[:2])
    assert Path(f"/proc/{worker}").exists()  # nobody has told it yet
    for pulse in (tmp_path / "store" / "tmp").glob("*/call-*/pulse"):
        pulse.unlink()  # as the next session does, which sweeps the folder; otherwise it is the silence
    assert wait_until_gone(worker)
    assert cluster.scheduler.poll() is None


@pytest.mark.slow
@pytest.mark.usefixtures("cluster")
def test_a_job_that_fails_or_takes_too_long_is_told_as_it_is_here(case, options, tmp_path: Path, jobs_of) -> None:
    asked = options("crashing", "hanging", executor="dask", timeout=3.0)
    run_case(case, {"train"}, asked, tmp_path / "hub", ignore)
    jobs = jobs_of(tmp_path / "hub")
    assert jobs["crashing", "train"]["error"].startswith("the worker was killed by signal 9")
    assert jobs["hanging", "train"]["error"] == "the worker took longer than the time limit of 3 s and was stopped"
    assert "in train" in (tmp_path / "hub" / "red" / "hanging_train.md").read_text()


@pytest.fixture
def unconnected(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Without the client that other tests use."""
    monkeypatch.setattr(dask, "_client", functools.cache(dask._client.__wrapped__))
    yield monkeypatch
    monkeypatch.undo()
    config.refresh()


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({}, "--parity-executor dask: Dask's configuration names no scheduler; set DASK_SCHEDULER_ADDRESS"),
        ({"DASK_SCHEDULER_ADDRESS": "tcp://127.0.0.1:9"}, "no scheduler answers at tcp://127.0.0.1:9; start one"),
        ({"DASK_SCHEDULER_ADDRESS": "nowhere://x"}, "no scheduler answers at nowhere://x"),
    ],
)
def test_no_scheduler_is_one_sentence(unconnected: pytest.MonkeyPatch, variables: dict[str, str], sentence) -> None:
    unconnected.delenv("DASK_SCHEDULER_ADDRESS", raising=False)
    unconnected.setenv("DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT", "1s")
    for name, value in variables.items():
        unconnected.setenv(name, value)
    config.refresh()
    with pytest.raises(HarnessError, match=re.escape(sentence)):
        dask.require()


def test_without_the_extra_it_is_refused(unconnected: pytest.MonkeyPatch) -> None:
    unconnected.setattr(importlib.util, "find_spec", lambda _: None)
    with pytest.raises(HarnessError, match=re.escape("Dask is not installed; pip install 'ptycho-parity[dask]'.")):
        dask.require()


def test_a_scheduler_that_goes_is_one_sentence(case, options, tmp_path: Path, unconnected: pytest.MonkeyPatch) -> None:
    own = Cluster(tmp_path)
    unconnected.setenv("DASK_SCHEDULER_ADDRESS", own.address)
    config.refresh()
    session = Session(case, {"train"}, options(executor="dask"), tmp_path / "hub")  # it has no worker
    waits = "waits for a worker of Dask, of which there are none"
    until(lambda: {line["backend"] for line in session.told if line.get("waits") == waits} == {"toy", "other"})
    own.end()
    session.wait()
    assert isinstance(session.raised, HarnessError)
    assert "--parity-executor dask: the scheduler is gone" in str(session.raised)
