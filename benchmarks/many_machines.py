"""The ladder on the machines of a SLURM: the same verdicts and results as here, and the time over the workers.

Two kinds of work run here, then with `--parity-executor dask` on 1, 2 and 4 workers that dask-jobqueue starts as jobs
of SLURM, each time with an empty store, and once more while a job that is at work is killed: cases of this project,
which on one machine have no more cores than it has; and pairs of commands that train for a moment and wait for
`--seconds`, as if each had a machine of its own, which shows how the engine hands out. Where no SLURM is told
(`SLURM_CONF`), one of two nodes is started here, which takes root and Debian's packages munge, slurmctld and slurmd.
Prints the wall time of each session and its ratio to that with one worker, and what is not as it is here; ends with
status 1 when something is.

python benchmarks/many_machines.py [--select "gs1_custom or gs2_custom"] [--seconds 30] [--workers 1 2 4]
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from dask_jobqueue import SLURMCluster
from distributed import Client
from kills import COMMANDS, SCENARIO, SIDE
from slurm_here import Slurm

from harness.files import read_json

ROOT = Path(__file__).parents[1]
TIMED = (".log", "timing.json", "stats.json")
"""Files that hold a time or seconds."""
PHOTONS = ("1.0e5", "2.0e5", "5.0e5", "1.0e6")
"""What the pairs of commands differ in."""
LIMIT = 3600.0
Result = tuple[dict[str, str], dict[str, str]]
"""Verdicts by case and rung; digests by key and file of the store."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--select", default="gs1_custom or gs2_custom", help="cases of the project; empty: none")
    parser.add_argument("--seconds", type=int, default=30, help="waited in each training of a command; 0: no commands")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    return parser.parse_args()


@dataclass(frozen=True)
class Work:
    """Cases, and where they are."""

    name: str
    project: Path
    words: tuple[str, ...]


def ladder(select: str) -> Work:
    return Work(select, ROOT, ("-k", f"({select}) and not ensemble"))


def waiting(folder: Path, seconds: int) -> Work:
    """A project of pairs of commands whose trainings wait."""
    (folder / "scenarios").mkdir(parents=True)
    for name in ("train.py", "infer.py"):
        wait = f"import time\n\ntime.sleep({seconds})\n" if name == "train.py" else ""
        (folder / "scenarios" / name).write_text(wait + (COMMANDS / name).read_text())
    first, second = (SIDE.format(name=name, python=sys.executable) for name in ("first", "second"))
    for photons in PHOTONS:
        text = SCENARIO.format(photons=photons, first=first, second=second)
        (folder / "scenarios" / f"photons_{photons.replace('.', '_')}.yaml").write_text(text)
    (folder / "pytest.ini").write_text("[pytest]\n")
    (folder / "test_parity.py").write_text("from ptycho_parity.ladder import *\n")
    return Work(f"{len(PHOTONS)} pairs of commands that wait {seconds} s", folder, ("-k", "telemetry"))


class Sessions:
    """Sessions of pytest over the same cases, each with a store and a hub of its own."""

    def __init__(self, work: Work, folder: Path) -> None:
        self.work, self.folder = work, folder

    def start(self, name: str, *more: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start a session; four processes judge, so that the workers are what it waits for."""
        command = [sys.executable, "-m", "pytest", "-q", "-m", "parity", "-n", "4", *self.work.words, *more]
        command += ["--parity-profile=smoke", "--parity-device=cpu", "-p", "no:cacheprovider"]
        command += [f"--parity-hub={self.folder / name}", f"--parity-store={self.folder / name}-store"]
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        environment = {**os.environ, "PYTHONPATH": path, **variables}
        with (self.folder / f"{name}.txt").open("wb") as log:
            return subprocess.Popen(command, cwd=self.work.project, env=environment, stdout=log, stderr=log)

    def result(self, name: str) -> Result:
        """What a session came to."""
        checks = (self.folder / name).glob("*/checks/*.json")
        verdicts = {f"{path.parents[1].name}/{path.stem}": read_json(path)["status"] for path in checks}
        files = {
            f"{done.parent.name}/{file}": facts["sha256"]
            for done in self.published(name)
            for file, facts in read_json(done)["files"].items()
            if not file.endswith(TIMED)
        }
        return verdicts, files

    def published(self, name: str, kind: str = "*") -> list[Path]:
        """The seals of the results in the store of a session."""
        return list((self.folder / f"{name}-store").glob(f"{kind}/??/*/done.json"))

    def losses(self, name: str) -> int:
        """Machines that were lost: another one followed before the first had said how it ended."""
        logs = [path.read_text() for path in (self.folder / name).glob("*/*/cli/worker.log")]
        return sum(" ended with status " not in part for log in logs for part in log.split("machine: ")[1:-1])


@contextlib.contextmanager
def workers(folder: Path, count: int) -> Iterator[SLURMCluster]:
    """A cluster of so many workers, each a job of SLURM with one processor."""
    with (
        SLURMCluster(
            queue="main",
            cores=1,
            processes=1,
            memory="2GB",
            walltime="02:00:00",
            python=sys.executable,
            log_directory=str(folder),
            local_directory=str(folder),
            scheduler_options={"host": "127.0.0.1", "dashboard_address": ":0"},
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        cluster.scale(jobs=count)
        client.wait_for_workers(count, timeout=120)
        yield cluster


def kill_one_at_work(cluster: SLURMCluster, sessions: Sessions, name: str, session: "subprocess.Popen[bytes]") -> str:
    """Kill the job of a worker that runs a leg, as soon as a training is in the store; returns its number."""
    while not sessions.published(name, "train") and session.poll() is None:
        time.sleep(0.2)
    with Client(cluster, set_as_default=False) as client:
        while not (busy := [address for address, tasks in client.processing().items() if tasks]):
            time.sleep(0.1)
        worker = client.scheduler_info(n_workers=-1)["workers"][busy[0]]["name"]
    job = str(cluster.workers[worker].job_id)
    subprocess.run(["scancel", "--signal=KILL", "--full", job], check=True)
    return job


def differences(found: Result, expected: Result) -> list[str]:
    """Where a session is not as the one that ran here."""
    named = zip(("verdict", "digest"), found, expected, strict=True)
    return [
        f"{kind} of {name}: {ours.get(name)} instead of {theirs.get(name)}"
        for kind, ours, theirs in named
        for name in sorted({*ours, *theirs})
        if ours.get(name) != theirs.get(name)
    ]


def timed(session: "subprocess.Popen[bytes]", started: float) -> float:
    try:
        session.wait(LIMIT)
    finally:
        session.kill()  # where this program is interrupted
    return time.monotonic() - started


def main() -> None:
    args = arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="machines-", ignore_cleanup_errors=True)))
        if "SLURM_CONF" not in os.environ:
            (folder / "slurm").mkdir()
            os.environ |= stack.enter_context(Slurm(folder / "slurm")).environment
        works = [ladder(args.select)] if args.select else []
        works += [waiting(folder / "project", args.seconds)] if args.seconds else []
        wrong = 0
        for number, work in enumerate(works):
            (folder / str(number)).mkdir()
            wrong += compare(Sessions(work, folder / str(number)), args.workers)
        sys.exit(min(wrong, 1))


def compare(sessions: Sessions, counts: Sequence[int]) -> int:
    """Run all sessions and print their lines; returns how many differ from the one that ran here."""
    wrong, alone = 0, None
    seconds = timed(sessions.start("here"), time.monotonic())
    here = sessions.result("here")
    if not here[0]:
        sys.exit((sessions.folder / "here.txt").read_text())
    print(f"{sessions.work.name}, {os.cpu_count()} cores: {len(here[0])} verdicts, {len(here[1])} files")
    print(f"{'session':20}{'seconds':>9}{'ratio':>8}{'lost':>6}  different\n{'here':20}{seconds:9.1f}", flush=True)
    for count, kill in [*((count, False) for count in counts), (max(counts), True)]:
        name = f"{count}-workers{'-killed' if kill else ''}"
        with workers(sessions.folder, count) as cluster:
            started = time.monotonic()
            variables = {"DASK_SCHEDULER_ADDRESS": cluster.scheduler_address}
            session = sessions.start(name, "--parity-executor=dask", **variables)
            if kill:
                kill_one_at_work(cluster, sessions, name, session)
            seconds = timed(session, started)
        alone = alone or seconds
        found = differences(sessions.result(name), here)
        wrong += bool(found)
        print(f"{name:20}{seconds:9.1f}{seconds / alone:8.2f}{sessions.losses(name):6}  {len(found)}", flush=True)
        for sentence in found[:5]:
            print(f"  {sentence}", flush=True)
    return wrong


if __name__ == "__main__":
    main()
