"""What is left of a session that is killed, and whether the next one finishes with the same verdicts.

A case of a pair of commands, which train for real and start processes of their own, runs under pytest; half of the
time two of them do, with `-n 2`. At a random moment SIGKILL, SIGTERM or SIGINT hits the session, one of its workers,
the process that those are forked from, or a process that a worker started. After that nothing may run on, what was
published in the store must be whole, and no file may lie outside of hub and store, but for the temporary folders that
the next session sweeps. That one must use all that was published, and come to the verdicts and the results of a session
that nobody disturbed. Prints the counts; ends with status 1 when something is wrong.

python benchmarks/kills.py [--count 200] [--seed 1] [--first 0]
"""

import argparse
import contextlib
import os
import re
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from harness.files import read_json
from harness.run.checksums import damage, misplaced
from harness.run.interrupts import interruptible

ROOT = Path(__file__).parents[1]
COMMANDS = Path(__file__).parent / "killed"
Tally = Counter[tuple[str, str, str]]
"""A count by target, signal and way."""
TARGETS, SIGNALS = ("main", "worker", "child", "server"), ("KILL", "TERM", "INT")
SIDE = (
    "{{port: command, name: {name}, train: '{python} train.py {{data}} {{output}} {{epochs}}', "
    "infer: '{python} infer.py {{data}} {{output}} {{model}}', code: [train.py, infer.py], "
    "outputs: {{history.loss: 'history.csv:loss', patches: 'found.npz:patches', canvas: 'found.npz:canvas', "
    "canvas_centre: 'found.npz:centre'}}}}"
)
SCENARIO = """\
dataset: {{object: {{shape: [160, 160]}}, scan: {{images: 24}}, nphotons: {photons}}}
grouping: {{groups: 4}}
training: {{epochs: 200, batch_size: 2}}
inference: {{group_limit: 4}}
pair:
  reference: {first}
  candidate: {second}
"""
WAYS = (("-k", "one"), ("-n", "2"))
"""Further words of pytest's command line."""
EXECNET = re.compile(
    r'Traceback \(most recent call last\):\n(?:  File "<string>", line \d+, in <module>\n)+BrokenPipeError: .*\n'
)
"""Nothing but execnet's own lines: what an xdist worker runs of ours has frames below them."""
TIMED = (".log", "history.json", "timing.json", "stats.json")
"""Files that hold a time or seconds."""
LIMIT = 300.0
GONE_SECONDS = 10.0


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=200, help="kills")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first kill, to go on with a run")
    return parser.parse_args()


class Project:
    """A project with two cases in a folder of its own, with its own home, cache and temporary folder."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folder, self.temporary = root / "project", root / "temporary"
        for folder in (self.folder / "scenarios", self.temporary, root / "home", root / "cache"):
            folder.mkdir(parents=True)
        for name in ("train.py", "infer.py"):
            (self.folder / "scenarios" / name).write_text((COMMANDS / name).read_text())
        first, second = (SIDE.format(name=name, python=sys.executable) for name in ("first", "second"))
        for name, photons in (("one", "1.0e6"), ("two", "1.0e5")):
            text = SCENARIO.format(photons=photons, first=first, second=second)
            (self.folder / "scenarios" / f"{name}.yaml").write_text(text)
        (self.folder / "pytest.ini").write_text("[pytest]\n")
        (self.folder / "test_parity.py").write_text("from ptycho_parity.ladder import *\n")
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        own = {"HOME": root / "home", "XDG_CACHE_HOME": root / "cache", "TMPDIR": self.temporary}
        self.mark = f"XDG_CACHE_HOME={root / 'cache'}"
        self.environment = {**os.environ, **{name: str(value) for name, value in own.items()}, "PYTHONPATH": path}
        self.environment["PYTHONDONTWRITEBYTECODE"] = "1"

    def start(self, hub: Path, store: Path, *more: str) -> "subprocess.Popen[bytes]":
        """Start a session."""
        command = [sys.executable, "-m", "pytest", "-q", "-m", "parity", "-p", "no:cacheprovider", *more]
        command += ["--parity-profile=smoke", f"--parity-hub={hub}", f"--parity-store={store}"]
        with (self.root / "session.log").open("ab") as log:
            return subprocess.Popen(
                command, cwd=self.folder, env=self.environment, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
                start_new_session=True,
            )  # fmt: skip

    def running(self) -> dict[int, str]:
        """Every process of the project's sessions: its number and its command line."""
        found = {}
        for path in Path("/proc").glob("[0-9]*"):
            try:
                if self.mark.encode() in (path / "environ").read_bytes().split(b"\0"):
                    found[int(path.name)] = (path / "cmdline").read_bytes().replace(b"\0", b" ").decode()
            except OSError:
                continue  # it has ended
        return found

    def outside(self) -> list[str]:
        """Files that a session left where none belongs."""
        made = {"one.yaml", "two.yaml", "train.py", "infer.py"}
        found = [path for path in (self.root / "home").rglob("*") if path.is_file()]
        found += [path for path in self.folder.rglob("*") if path.is_file() and path.name not in made | TESTS]
        found += [path for path in self.temporary.iterdir() if not path.name.startswith(TEMPORARY)]
        return [str(path.relative_to(self.root)) for path in found]


TESTS = {"pytest.ini", "test_parity.py"}
TEMPORARY = ("ptycho-parity-", "pytest-of-")
"""Temporary folders that the next session sweeps, and those that pytest keeps."""


@dataclass(frozen=True)
class Result:
    """What a session came to: its exit status, its verdicts, and the bytes of its results by their keys."""

    status: int
    verdicts: dict[str, str]
    results: dict[str, dict[str, str]]


def result(status: int, hub: Path, store: Path) -> Result:
    verdicts = {
        path.relative_to(hub).as_posix(): read_json(path)["status"] for path in sorted(hub.glob("*/checks/*.json"))
    }
    return Result(status, verdicts, {name: digests(folder) for name, folder in published(store).items()})


def published(store: Path) -> dict[str, Path]:
    """The entries of a store, by kind and key."""
    return {f"{path.parents[2].name}/{path.parent.name}": path.parent for path in store.glob("*/??/*/done.json")}


def digests(folder: Path) -> dict[str, str]:
    """The digests of the results of an entry, but for what holds times."""
    files = read_json(folder / "done.json")["files"]
    return {name: found["sha256"] for name, found in files.items() if not name.endswith(TIMED)}


def broken(store: Path) -> list[str]:
    """The entries of a store that are not whole, or not at their place."""
    found = []
    for name, folder in published(store).items():
        kind, key = name.split("/")
        if reason := damage(folder) or misplaced(folder, kind, key):
            found.append(f"{name}: {reason}")
    return found


def victims(project: Project, target: str, main: int) -> list[int]:
    """The processes of a kind that run now."""
    if target == "main":
        return [main]
    running = project.running()
    if target == "child":
        words = ("train.py", "infer.py", "sleep")
        return [number for number, line in running.items() if any(word in line for word in words)]
    forked = {number for number, line in running.items() if "harness.run.fork_server" in line}
    servers = {number for number in forked if parent(number) not in forked}
    return sorted(servers if target == "server" else forked - servers)


def parent(number: int) -> int | None:
    """Number of the parent of a process; None where it has ended."""
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rpartition(")")[2].split()[1])
    except OSError:
        return None


def strike(
    project: Project, random: Random, seconds: float, target: str, number: int, more: Sequence[str]
) -> Iterator[str]:
    """Start a session, kill a part of it, and yield what is wrong with what is left."""
    hub, store = project.root / "killed", project.root / "store"
    started = time.monotonic()
    main = project.start(hub, store, *more)
    time.sleep(random.uniform(0, seconds))
    while main.poll() is None and not (found := victims(project, target, main.pid)):
        time.sleep(0.02)
    if main.poll() is None:
        os.kill(random.choice(found), number)
    try:
        main.wait(LIMIT)
    except subprocess.TimeoutExpired:
        yield f"the session did not end within {time.monotonic() - started:.0f} s"
        main.kill()
    deadline = time.monotonic() + GONE_SECONDS
    while (left := project.running()) and time.monotonic() < deadline:
        time.sleep(0.1)
    for orphan, line in left.items():
        yield f"orphan: {line[:100]}"
        os.kill(orphan, signal.SIGKILL)
    yield from (f"lost leg: {sentence}" for sentence in broken(store))
    yield from (f"outside: {path}" for path in project.outside())


def finished(project: Project, good: Result, more: Sequence[str]) -> Iterator[str]:
    """Run the next session; yield what it did not use again, and where it is not as one that nobody disturbed."""
    store = project.root / "store"
    before = {name: (folder / "done.json").stat().st_ino for name, folder in published(store).items()}
    main = project.start(project.root / "next", store, *more)
    now = result(main.wait(LIMIT), project.root / "next", store)
    after = {name: (folder / "done.json").stat().st_ino for name, folder in published(store).items()}
    yield from (f"lost leg: {name} was made again" for name in before if after.get(name) != before[name])
    if (now.status, now.verdicts) != (good.status, good.verdicts):
        others = {*good.verdicts.items()} ^ {*now.verdicts.items()}
        yield f"other verdicts: status {now.status}, {sorted(others)[:4]}"
    parted = {  # more than those there may be: what was planned while a part was dead has another key
        f"{name[:12]}/{file}"
        for name, files in good.results.items()
        for file in files
        if now.results.get(name, {}).get(file) != files[file]
    }
    if parted:
        yield f"other results: {sorted(parted)[:8]}"
    left = [path.name for folder in (project.temporary, store / "tmp") for path in folder.glob("ptycho-parity-*")]
    if left:
        yield f"not swept: {left}"


def traces(project: Project) -> Iterator[str]:
    """A traceback that a session printed; before there is a hub, pytest is still starting, and it is pytest's own.

    So is that of the line by which pytest-xdist's execnet starts a worker, when the session has been killed meanwhile.
    """
    if not (project.root / "killed").exists():
        return
    log = EXECNET.sub("", (project.root / "session.log").read_text(encoding="utf-8", errors="replace"))
    if (at := log.find("Traceback (most recent call last)")) >= 0:
        yield f"traceback: {log[at:][:200]!r} ... {log[at:][-300:]!r}"


def clear(project: Project) -> None:
    for name in ("killed", "next", "store", "session.log"):
        subprocess.run(["rm", "-rf", str(project.root / name)], check=True)


def main() -> None:
    args = arguments()
    kills: Tally = Counter()
    wrong: Tally = Counter()
    with contextlib.suppress(KeyboardInterrupt), interruptible():
        kill(args, kills, wrong)
    table(kills, wrong)
    sys.exit(min(wrong.total(), 1))


def kill(args: argparse.Namespace, kills: Tally, wrong: Tally) -> None:
    """Kill as often as is asked for, counting; whoever interrupts it gets the table of what was done."""
    with tempfile.TemporaryDirectory(prefix="kills-", ignore_cleanup_errors=True) as name:
        project = Project(Path(name))
        whole = {more: undisturbed(project, more) for more in WAYS}
        for more, (seconds, good) in whole.items():
            print(f"undisturbed, {' '.join(more)}: {seconds:.1f} s, {len(good.verdicts)} verdicts", flush=True)
        for number in range(args.first, args.first + args.count):
            random = Random(f"{args.seed}.{number}")
            target, signalled, more = TARGETS[number % 4], SIGNALS[number // 4 % 3], WAYS[number // 12 % 2]
            seconds, good = whole[more]
            clear(project)
            found = list(strike(project, random, seconds, target, getattr(signal, f"SIG{signalled}"), more))
            found += [*traces(project), *finished(project, good, more)]
            kills[target, signalled, " ".join(more)] += 1
            wrong[target, signalled, " ".join(more)] += bool(found)
            for sentence in found:
                print(f"{args.seed}.{number} {target} {signalled} {' '.join(more)}: {sentence}", flush=True)
            if (number + 1) % 20 == 0:
                print(f"{number + 1} kills, {wrong.total()} with something wrong", flush=True)


def undisturbed(project: Project, more: Sequence[str]) -> tuple[float, Result]:
    """Seconds and result of a session that nobody disturbs."""
    clear(project)
    hub, store, started = project.root / "next", project.root / "store", time.monotonic()
    status = project.start(hub, store, *more).wait(LIMIT)
    found = result(status, hub, store)
    if not found.verdicts:
        sys.exit((project.root / "session.log").read_text(encoding="utf-8"))
    return time.monotonic() - started, found


def table(kills: Tally, wrong: Tally) -> None:
    print(f"{'target':8}{'signal':8}{'pytest':8}{'kills':>6}{'wrong':>6}")
    for (target, signalled, more), count in sorted(kills.items()):
        print(f"{target:8}{signalled:8}{more:8}{count:>6}{wrong[target, signalled, more]:>6}")
    print(f"{kills.total()} kills, {wrong.total()} with something wrong")


if __name__ == "__main__":
    main()
