"""The ladder on the machines of a SLURM: the same verdicts and results as here, and the time over the workers.

Selected cases run here, then with `--parity-executor dask` on 1, 2 and 4 workers that dask-jobqueue starts as jobs of
SLURM, each time with an empty store; then once more, while a job that is at work is killed. Where no SLURM is told
(`SLURM_CONF`), one of two nodes is started on this machine, which takes root and Debian's packages munge, slurmctld and
slurmd. Prints the wall time of each session and its ratio to that with one worker, and what is not as it is here;
ends with status 1 when something is.

python benchmarks/many_machines.py [--select "gs1_custom or gs2_custom"] [--profile smoke] [--workers 1 2 4]
"""

import argparse
import contextlib
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from dask_jobqueue import SLURMCluster
from distributed import Client
from slurm_here import Slurm

from harness.files import read_json

ROOT = Path(__file__).parents[1]
TIMED = (".log", "timing.json", "stats.json")
"""Files that hold a time or seconds."""
KILL_AFTER = 6
"""Results that are in the store when a job is killed."""
LIMIT = 3600.0
Result = tuple[dict[str, str], dict[str, str]]
"""Verdicts by case and rung; digests by key and file of the store."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--select", default="gs1_custom or gs2_custom or gs1_ideal or gs2_ideal")
    parser.add_argument("--profile", default="smoke")
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    return parser.parse_args()


class Sessions:
    """Sessions of pytest over the same cases, each with a store and a hub of its own."""

    def __init__(self, args: argparse.Namespace, folder: Path) -> None:
        self._args, self.folder = args, folder

    def start(self, name: str, *more: str, **variables: str) -> "subprocess.Popen[bytes]":
        """Start a session; four processes judge, so that the workers are what it waits for."""
        select = f"({self._args.select}) and not ensemble"
        command = [sys.executable, "-m", "pytest", "-q", "-m", "parity", "-k", select, "-n", "4", *more]
        command += [f"--parity-profile={self._args.profile}", "--parity-device=cpu"]
        command += [f"--parity-hub={self.folder / name}", f"--parity-store={self.folder / name}-store"]
        with (self.folder / f"{name}.txt").open("wb") as log:
            return subprocess.Popen(command, cwd=ROOT, env={**os.environ, **variables}, stdout=log, stderr=log)

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

    def published(self, name: str) -> list[Path]:
        """The seals of the results in the store of a session."""
        return list((self.folder / f"{name}-store").glob("*/??/*/done.json"))

    def losses(self, name: str) -> int:
        """Machines that were lost: workers that began and did not say how they ended."""
        logs = [path.read_text() for path in (self.folder / name).glob("*/*/cli/worker.log")]
        return sum(log.count("machine: ") - log.count(" ended with status 0 ") for log in logs)


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
            scheduler_options={"host": "127.0.0.1", "dashboard_address": None},
        ) as cluster,
        Client(cluster, set_as_default=False) as client,
    ):
        cluster.scale(jobs=count)
        client.wait_for_workers(count, timeout=120)
        yield cluster


def kill_one_at_work(cluster: SLURMCluster, sessions: Sessions, name: str, session: "subprocess.Popen[bytes]") -> str:
    """Kill the job of a worker that runs a leg, as soon as some results are in the store; returns its number."""
    while len(sessions.published(name)) < KILL_AFTER and session.poll() is None:
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
    session.wait(LIMIT)
    return time.monotonic() - started


def main() -> None:
    args = arguments()
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="machines-", ignore_cleanup_errors=True)))
        if "SLURM_CONF" not in os.environ:
            (folder / "slurm").mkdir()
            os.environ |= stack.enter_context(Slurm(folder / "slurm")).environment
        sys.exit(1 if compare(args, folder) else 0)


def compare(args: argparse.Namespace, folder: Path) -> int:
    """Run all sessions and print their lines; returns how many differ from the one that ran here."""
    sessions, wrong, alone = Sessions(args, folder), 0, None
    seconds = timed(sessions.start("here"), time.monotonic())
    here = sessions.result("here")
    print(f"{os.cpu_count()} cores, {args.select}, {args.profile}: {len(here[0])} verdicts, {len(here[1])} files")
    print(f"{'session':24}{'seconds':>9}{'ratio':>8}{'lost':>6}  different\n{'here':24}{seconds:9.1f}", flush=True)
    if not here[0]:
        sys.exit((folder / "here.txt").read_text())
    for count, kill in [*((count, False) for count in args.workers), (max(args.workers), True)]:
        name = f"{count}-workers{'-killed' if kill else ''}"
        with workers(folder, count) as cluster:
            started = time.monotonic()
            variables = {"DASK_SCHEDULER_ADDRESS": cluster.scheduler_address}
            session = sessions.start(name, "--parity-executor=dask", **variables)
            if kill:
                kill_one_at_work(cluster, sessions, name, session)
            seconds = timed(session, started)
        alone = alone or seconds
        found = differences(sessions.result(name), here)
        wrong += bool(found)
        print(f"{name:24}{seconds:9.1f}{seconds / alone:8.2f}{sessions.losses(name):6}  {len(found)}", flush=True)
        for sentence in found[:5]:
            print(f"  {sentence}", flush=True)
    return wrong


if __name__ == "__main__":
    main()
