"""A branch against main: a project with a pair of commands, one of which was edited since the commit."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]
COMMANDS = ROOT / "benchmarks" / "killed"
SIDE = (
    "{{port: command, name: {name}, train: '{python} train.py {{data}} {{output}} {{epochs}}', "
    "infer: '{python} {infer} {{data}} {{output}} {{model}}', code: [train.py, {infer}], "
    "outputs: {{history.loss: 'history.csv:loss', patches: 'found.npz:patches', canvas: 'found.npz:canvas', "
    "canvas_centre: 'found.npz:centre'}}}}"
)
SCENARIO = """\
dataset: {{object: {{shape: [160, 160]}}, scan: {{images: 24}}, nphotons: 1.0e6}}
grouping: {{groups: 4}}
training: {{epochs: 2, batch_size: 2}}
inference: {{group_limit: 4}}
pair:
  reference: {first}
  candidate: {second}
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A git repository with one scenario of two commands, each with a script of its own to infer."""
    scenarios = tmp_path / "project/scenarios"
    scenarios.mkdir(parents=True)
    shutil.copy(COMMANDS / "train.py", scenarios)
    for name in ("first.py", "second.py"):
        shutil.copy(COMMANDS / "infer.py", scenarios / name)
    sides = {name: SIDE.format(name=name, python=sys.executable, infer=f"{name}.py") for name in ("first", "second")}
    (scenarios / "one.yaml").write_text(SCENARIO.format(**sides))
    (scenarios.parent / "pytest.ini").write_text("[pytest]\n")
    (scenarios.parent / "test_parity.py").write_text("from ptycho_parity.ladder import *\n")
    (scenarios.parent / ".gitignore").write_text("reports/\n__pycache__/\n")
    for words in (["init", "-qb", "main"], ["add", "."], ["commit", "-qm", "first"]):
        git(scenarios.parent, *words)
    return scenarios.parent


def git(folder: Path, *words: str) -> str:
    command = ["git", "-C", str(folder), "-c", "user.name=a", "-c", "user.email=a@b", *words]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout


def against(project: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    own = {"XDG_CACHE_HOME": str(project.parent / "cache"), "PYTHONPATH": path}
    command = [sys.executable, "-m", "harness", "against", *words]
    return subprocess.run(
        command, cwd=project, env={**os.environ, **own}, capture_output=True, text=True, check=False, timeout=300
    )


def test_what_became_of_two_commands(project: Path) -> None:
    edited = project / "scenarios/second.py"
    edited.write_text(edited.read_text().replace(".sum()", ".sum() * 1.5"))
    done = against(project, "main", "-k", "one and (patches or reconstruction)", "--backends", "first,second")
    told = done.stdout[done.stdout.index("main -> here") :].splitlines()
    assert done.returncode == 1, done.stdout + done.stderr
    assert re.match(r"worse: one, patches: \w+.* -> fail", told[1])
    assert "first: its code is that of main" in told
    assert any(line.startswith("second, one: FAIL: ") for line in told), told
    assert told[-1].startswith("written: ")
    assert git(project, "status", "--porcelain") == " M scenarios/second.py\n"


def test_a_branch_that_changes_nothing(project: Path) -> None:
    done = against(project, "HEAD", "-k", "one and patches", "--backends", "first,second")
    assert done.returncode == 0, done.stdout + done.stderr
    assert "stayed: one" in done.stdout
    assert "second: its code is that of HEAD" in done.stdout


def test_no_case_is_selected(project: Path) -> None:
    done = against(project, "main", "-k", "nothing", "--backends", "first,second")
    assert (done.returncode, done.stdout.splitlines()[-1]) == (0, "-k nothing: selects no case.")


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("gone", "--backends", "first,second"), "error: --parity-backends: first@gone: gone: is no revision of"),
        (("main", "--backends", "first@main,second"), "found first@main; allowed: backends alone, such as first"),
        (("gone",), "tensorflow@gone: gone: is no revision of"),
    ],
)
def test_one_sentence(project: Path, words: tuple[str, ...], sentence: str) -> None:
    done = against(project, *words)
    assert done.returncode == 2
    assert sentence in done.stderr
    assert "Traceback" not in done.stderr
