"""A folder with one small scenario, a hub that `run` made of it with toy backends, and a way to run verbs."""

import os
import runpy
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from harness.cli.app import app

ROOT = Path(__file__).parents[3]
SCENARIO = """\
description: "Small."
dataset: {object: {shape: [160, 160]}, scan: {images: 24}, nphotons: 1.0e6}
grouping: {groups: 4}
training: {epochs: 2, batch_size: 2}
inference: {group_limit: 6}
"""
COMMANDS = ROOT / "benchmarks" / "killed"
SIDE_OF_COMMANDS = (
    "{{port: command, name: {name}, train: '{python} train.py {{data}} {{output}} {{epochs}}', "
    "infer: '{python} {infer} {{data}} {{output}} {{model}}', code: [train.py, {infer}], "
    "outputs: {{history.loss: 'history.csv:loss', patches: 'found.npz:patches', canvas: 'found.npz:canvas', "
    "canvas_centre: 'found.npz:centre'}}}}"
)
PAIR_OF_COMMANDS = """\
dataset: {{object: {{shape: [160, 160]}}, scan: {{images: 24}}, nphotons: 1.0e6}}
grouping: {{groups: 4}}
training: {{epochs: 2, batch_size: 2}}
inference: {{group_limit: 4}}
pair:
  reference: {first}
  candidate: {second}
"""
Verb = Callable[..., Result]
Words = Callable[..., "subprocess.CompletedProcess[str]"]


def _run(*arguments: str) -> Result:
    return CliRunner().invoke(app, arguments)


@pytest.fixture(scope="session")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder; `hub` in it is made by `run`, and tests must not change it."""
    root = tmp_path_factory.mktemp("cli")
    (root / "scenarios").mkdir()
    (root / "scenarios" / "small.yaml").write_text(SCENARIO)
    install = runpy.run_path(str(ROOT / "tests" / "unit" / "run" / "conftest.py"))["install_toys"]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", str(install(root / "site")))
        patch.setenv("XDG_CACHE_HOME", str(root / "cache"))
        patch.chdir(root)
        (root / "output.txt").write_text(_run("run", "small", "--backends", "toy,other", "--hub", "hub").stdout)
        yield root


@pytest.fixture
def verb(home: Path, monkeypatch: pytest.MonkeyPatch) -> Verb:
    """Runs a verb in the folder."""
    monkeypatch.chdir(home)
    return _run


@pytest.fixture
def committed_pair(tmp_path: Path) -> Path:
    """A git repository with one scenario of two commands, each with a script of its own to infer."""
    scenarios = tmp_path / "project/scenarios"
    scenarios.mkdir(parents=True)
    shutil.copy(COMMANDS / "train.py", scenarios)
    for name in ("first.py", "second.py"):
        shutil.copy(COMMANDS / "infer.py", scenarios / name)
    sides = {
        name: SIDE_OF_COMMANDS.format(name=name, python=sys.executable, infer=f"{name}.py")
        for name in ("first", "second")
    }
    (scenarios / "one.yaml").write_text(PAIR_OF_COMMANDS.format(**sides))
    (scenarios.parent / "pytest.ini").write_text("[pytest]\n")
    (scenarios.parent / "test_parity.py").write_text("from ptycho_parity.ladder import *\n")
    (scenarios.parent / ".gitignore").write_text("reports/\n__pycache__/\n")
    for words in (["init", "-qb", "main"], ["add", "."], ["commit", "-qm", "first"]):
        command = ["git", "-c", "user.name=a", "-c", "user.email=a@b", *words]
        subprocess.run(command, cwd=scenarios.parent, check=True, capture_output=True)
    return scenarios.parent


@pytest.fixture
def python_in_pair(committed_pair: Path) -> Words:
    """Runs a module of Python with arguments in the folder of the committed pair."""

    def run(module: str, *words: str) -> "subprocess.CompletedProcess[str]":
        path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
        own = {"XDG_CACHE_HOME": str(committed_pair.parent / "cache"), "PYTHONPATH": path}
        environment = {name: value for name, value in os.environ.items() if name != "CI"} | own
        command = [sys.executable, "-m", module, *words]
        return subprocess.run(
            command, cwd=committed_pair, env=environment, capture_output=True, text=True, check=False, timeout=300
        )

    return run
