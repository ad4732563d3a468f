"""What the verbs say of bad input: thousands of generated scenarios, data files, command lines, hubs and stores.

Each input is given to a verb in a folder of its own: to the application that is the command, in this process, and
some in a process of their own. What must not happen is counted: a traceback, another exit status than 0, 1 or 2, a
message of no sentence, a verb that hangs, a file outside the folder, and a session whose verdicts are not those of the
good store. Prints the counts, every offence with its command line and seed, and ends with status 1 when there is one.

python benchmarks/bad_inputs.py [--count 10000] [--seed 1] [--first 0] [--processes 50] [--only KIND]
"""

import argparse
import json
import os
import resource
import runpy
import shlex
import signal
import subprocess
import sys
import tempfile
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from random import Random
from typing import Any

import typer
from mutations import CASE, KINDS, Sandbox, Words, verbs_of
from ruamel.yaml import YAML
from typer.testing import CliRunner

from harness.cli.app import app
from harness.dataset.npz import read_arrays
from harness.errors import HarnessError
from harness.run.executors import forked

ROOT = Path(__file__).parents[1]
SCENARIO = """\
description: "Small."
dataset: {object: {shape: [160, 160]}, scan: {images: 24}, nphotons: 1.0e6}
grouping: {groups: 4}
training: {epochs: 2, batch_size: 2}
inference: {group_limit: 6}
"""
SHARES = {"scenario": 0.3, "data file": 0.2, "command line": 0.24, "hub": 0.25, "store": 0.01}
SECONDS = 60
MEMORY = 12 << 30


class HangError(Exception):
    """A verb took longer than it may."""


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=10_000, help="inputs")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--first", type=int, default=0, help="number of the first input, to go on with a run")
    parser.add_argument("--processes", type=int, default=50, help="inputs that get a process of their own")
    parser.add_argument("--only", choices=list(KINDS), help="one kind of input alone")
    return parser.parse_args()


@contextmanager
def sandbox() -> Iterator[Sandbox]:
    """A folder with a good scenario, the toy backends of the tests, and the hub and store that they leave."""
    with tempfile.TemporaryDirectory(prefix="bad-inputs-") as name:
        root, environment, before = Path(name), dict(os.environ), Path.cwd()
        install = runpy.run_path(str(ROOT / "tests" / "unit" / "run" / "conftest.py"))["install_toys"]
        path = os.pathsep.join(filter(None, [str(install(root / "site")), str(ROOT), os.environ.get("PYTHONPATH")]))
        temporary = root / "temporary"
        temporary.mkdir()
        (root / "home").mkdir()
        os.environ |= {"PYTHONPATH": path, "TMPDIR": str(temporary)}
        os.environ |= {"XDG_CACHE_HOME": str(root / "cache"), "HOME": str(root / "home")}
        tempfile.tempdir = str(temporary)
        (root / "scenarios").mkdir()
        (root / "scenarios" / f"{CASE}.yaml").write_text(SCENARIO)
        (root / "pyproject.toml").touch()
        verbs = list(verbs_of(typer.main.get_command(app)))
        box = Sandbox(root, SCENARIO, verbs)
        os.chdir(root)
        invoke("run", CASE, "--backends", "toy,other", "--hub", "hub", "--store", "store")
        box.scenario = YAML(typ="safe").load(root / "hub" / CASE / "scenario.yaml")
        box.arrays = read_arrays(root / "hub" / CASE / "dataset" / "data.npz")
        try:
            yield box
        finally:
            os.chdir(before)
            os.environ.clear()
            os.environ |= environment
            tempfile.tempdir = None


def invoke(*words: str) -> Any:
    return CliRunner().invoke(app, list(words))


def verdicts(hub: Path) -> Any:
    """The verdict of every rung of a hub's case."""
    folder = hub / CASE / "checks"
    return {path.name: json.loads(path.read_text(encoding="utf-8"))["status"] for path in sorted(folder.glob("*.json"))}


def offence(box: Sandbox, kind: str, words: Words, own_process: bool) -> tuple[str, str]:
    """Run a verb; returns how it ended in a word, and what is wrong with that (empty when nothing is)."""
    before = sorted(path.name for path in box.root.iterdir())
    os.chdir(box.folder)
    try:
        ended, wrong = in_a_process(words) if own_process else here(words)
    finally:
        os.chdir(box.root)
    if not wrong and (more := {path.name for path in box.root.iterdir()} ^ set(before)):
        wrong = f"left {sorted(more)} outside of its folder"
    if not wrong and list((box.root / "temporary").glob("ptycho-parity-*")):
        wrong = "left a temporary folder"
    if not wrong and kind == "store" and verdicts(box.folder / "again") != verdicts(box.hub):
        wrong = "the verdicts are not those of the good store"
    return ended, wrong


def here(words: Words) -> tuple[str, str]:
    """Run a verb in this process."""
    signal.signal(signal.SIGALRM, _hangs)
    signal.alarm(SECONDS)
    try:
        result = invoke(*words)
    except BaseException as error:  # what the runner of the tests lets pass
        return "traceback", repr(error)
    finally:
        signal.alarm(0)
        forked.close_all()  # as the end of a command does
    if isinstance(result.exception, HarnessError):
        return "status 2", "" if is_sentences(str(result.exception)) else f"no sentence: {result.exception}"
    if result.exception is not None and not isinstance(result.exception, SystemExit):
        where = "".join(traceback.format_exception(result.exception)[-4:])
        return "hang" if isinstance(result.exception, HangError) else "traceback", where
    return _judged(result.exit_code, result.output)


def in_a_process(words: Words) -> tuple[str, str]:
    """Run a verb as its own command."""
    command = [sys.executable, "-m", "harness", *(word.replace("\0", "") for word in words)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=2 * SECONDS, check=False, stdin=subprocess.DEVNULL)
    except subprocess.TimeoutExpired:
        return "hang", "took too long"
    return _judged(done.returncode, (done.stdout + done.stderr).decode("utf-8", "replace"))


def _judged(status: int, output: str) -> tuple[str, str]:
    if "Traceback (most recent call last)" in output:
        return "traceback", output[-600:]
    if status not in (0, 1, 2):
        return f"status {status}", f"status {status}: {output[-300:]}"
    if status == 2 and not output.strip():
        return "status 2", "nothing is said"
    return f"status {status}", ""


def is_sentences(text: str) -> bool:
    """Whether each line of a message is a sentence: several problems of a scenario come one a line."""
    return all(len(line.strip()) > 10 and line.rstrip()[-1] in ".?!)}" for line in text.strip().splitlines() or [""])


def _hangs(*_: object) -> None:
    raise HangError


def main() -> None:
    args = arguments()
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    counts: Counter[tuple[str, str]] = Counter()
    offences, started = 0, time.monotonic()
    with sandbox() as box:
        for number in range(args.first, args.first + args.count):
            seed = f"{args.seed}.{number}"
            random = Random(seed)
            kind = args.only or random.choices(list(SHARES), list(SHARES.values()))[0]
            box.fresh(kind)
            words = KINDS[kind](random, box)
            ended, wrong = offence(box, kind, words, number % max(1, args.count // max(1, args.processes)) == 0)
            counts[kind, ended] += 1
            if wrong:
                offences += 1
                print(f"{seed}: {shlex.join(words)!a}\n    {wrong!a}", flush=True)
            if (number + 1) % 500 == 0:
                seconds = time.monotonic() - started
                print(
                    f"up to {number + 1}: {counts.total()} inputs, {offences} offences, {seconds:.0f} s",
                    flush=True,
                )
    table(counts, offences)
    sys.exit(min(offences, 1))


def table(counts: "Counter[tuple[str, str]]", offences: int) -> None:
    endings = sorted({ended for _, ended in counts})
    print(f"{'input':14}", *(f"{ended:>10}" for ended in endings))
    for kind in KINDS:
        print(f"{kind:14}", *(f"{counts[kind, ended]:>10}" for ended in endings))
    print(f"{counts.total()} inputs, {offences} offences")


if __name__ == "__main__":
    main()
