"""A SLURM of two nodes on this machine, from Debian's packages munge, slurmctld and slurmd; it takes root.

All of its files are in one folder. Used as a context manager, it ends with the block.
"""

import os
import shutil
import socket
import subprocess
import time
from pathlib import Path
from typing import Self

PROGRAMS = ("munged", "slurmctld", "slurmd", "srun", "sbatch", "scancel")
NODES = ("n1", "n2")
CONFIGURATION = """\
ClusterName=two
SlurmctldHost={host}(127.0.0.1)
SlurmctldPort={port}
SlurmUser=root
SlurmdUser=root
AuthInfo=socket={folder}/munge.sock
StateSaveLocation={folder}/state
SlurmdSpoolDir={folder}/spool-%n
SlurmctldPidFile={folder}/slurmctld.pid
SlurmdPidFile={folder}/slurmd-%n.pid
SlurmctldLogFile={folder}/slurmctld.log
SlurmdLogFile={folder}/slurmd-%n.log
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SelectType=select/cons_tres
SelectTypeParameters=CR_CPU
JobAcctGatherType=jobacct_gather/none
MailProg=/bin/true
{nodes}
PartitionName=main Nodes={names} Default=YES MaxTime=INFINITE State=UP
"""
_BEGIN_SECONDS = 30.0


class Slurm:
    """Controller, two node daemons of two processors each, and the authentication service between them."""

    def __init__(self, folder: Path) -> None:
        missing = [name for name in PROGRAMS if shutil.which(name) is None]
        if missing or os.geteuid() != 0:
            raise SystemExit(f"as root, with apt-get install munge slurmctld slurmd (missing: {missing or 'root'})")
        self.folder = folder
        self.environment = {"SLURM_CONF": str(folder / "slurm.conf")}
        self._processes: list[subprocess.Popen[bytes]] = []

    def __enter__(self) -> Self:
        self._configure()
        self._start("munged", "--foreground", "--force", *self._of_munge())
        self._wait_for(self.folder / "munge.sock")
        self._start("slurmctld", "-D")
        for name in NODES:
            self._start("slurmd", "-D", "-N", name)
        deadline = time.monotonic() + _BEGIN_SECONDS
        while self._idle_nodes() != len(NODES):
            if time.monotonic() > deadline:
                self.__exit__()
                raise SystemExit(f"the nodes do not come up; see the logs in {self.folder}")
            time.sleep(0.5)
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["scancel", "--user=root"], env={**os.environ, **self.environment}, check=False)
        for process in reversed(self._processes):
            process.terminate()
            process.wait()

    def _configure(self) -> None:
        first = free_port()
        nodes = (
            f"NodeName={name} NodeHostname={socket.gethostname()} NodeAddr=127.0.0.1 Port={free_port()} CPUs=2 "
            "RealMemory=8000 State=UNKNOWN"
            for name in NODES
        )
        text = CONFIGURATION.format(
            host=socket.gethostname(), port=first, folder=self.folder, nodes="\n".join(nodes), names=",".join(NODES)
        )
        (self.folder / "slurm.conf").write_text(text)
        (self.folder / "state").mkdir()
        (self.folder / "munge.key").write_bytes(os.urandom(256))
        (self.folder / "munge.key").chmod(0o400)

    def _of_munge(self) -> list[str]:
        files = {"key-file": "munge.key", "socket": "munge.sock", "pid-file": "munged.pid", "log-file": "munged.log"}
        return [f"--{option}={self.folder / name}" for option, name in {**files, "seed-file": "munge.seed"}.items()]

    def _start(self, *command: str) -> None:
        with (self.folder / f"{command[0]}.out").open("ab") as log:
            environment = {**os.environ, **self.environment}
            self._processes.append(subprocess.Popen(command, env=environment, stdout=log, stderr=log))

    def _wait_for(self, path: Path) -> None:
        deadline = time.monotonic() + _BEGIN_SECONDS
        while not path.exists() and time.monotonic() < deadline:
            time.sleep(0.1)

    def _idle_nodes(self) -> int:
        command = ["sinfo", "--noheader", "--Node", "--states=idle", "--format=%N"]
        done = subprocess.run(
            command, env={**os.environ, **self.environment}, capture_output=True, text=True, check=False
        )
        return len(set(done.stdout.split()))


def free_port() -> int:
    """A port that nobody listens at now."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])
