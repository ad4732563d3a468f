"""A proposal of golden files: a patch for git, and a page with old, new and difference for whoever approves it.

Nothing in the project is touched. Both are made from two copies of its golden files: one as it is, and one in which
the results of a hub were approved and everything that is computed without training was computed again.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import write_text
from harness.judge.golden import registry
from harness.report.golden import views
from harness.session import hub
from harness.session.golden import approve

PATCH = "proposal.patch"
_PROJECT = ("conftest.py", "pyproject.toml", "scenarios")
"""What the tests of the golden files need beside them."""


def propose(root: Path, of: Path | None, to: Path, cases: Sequence[str] = ()) -> tuple[list[views.Change], list[str]]:
    """Write `proposal.patch` and `index.html` into the new folder `to`.

    `root`: the project; `of`: the hub whose results are proposed, None for what needs none; `cases`: these alone.
    Returns what differs, and a sentence for each case of the hub that cannot be approved. Raises HarnessError for a
    hub that is none, a folder that is taken, and when a golden file could not be computed.
    """
    hub.make_empty_folder(to)
    with tempfile.TemporaryDirectory() as name:
        old, new = Path(name, "a"), Path(name, "b")
        for side in (old, new):
            shutil.copytree(root / registry.FOLDER, side / registry.FOLDER, ignore=shutil.ignore_patterns("*.lock"))
        left_out = [] if of is None else _approve_hub(of, new / registry.FOLDER, cases)
        if list((root / registry.FOLDER).glob("test_*.py")):
            _compute_again(root, new, cases)
        found = views.changes(old / registry.FOLDER, new / registry.FOLDER, to)
        write_text(to / PATCH, _patch(Path(name)))
    page = templates.render("golden.html", changes=found, left_out=left_out, hub=of and of.resolve().name)
    write_text(to / layout.INDEX, page)
    return found, left_out


def _approve_hub(of: Path, folder: Path, cases: Sequence[str]) -> list[str]:
    """Approve the cases of a hub in a copy of the golden files; returns a sentence for each that cannot be."""
    hub.require(of)
    left_out = []
    for case_dir in hub.case_folders(of):
        if cases and case_dir.name not in cases:
            continue
        try:
            approve.approve(folder, of, case_dir)
        except HarnessError as reason:
            left_out.append(str(reason))
    return left_out


def _compute_again(root: Path, copy: Path, cases: Sequence[str]) -> None:
    """Have the tests of the golden files write them, in a copy of what they need of the project."""
    for name in _PROJECT:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name)
        elif (root / name).is_file():
            shutil.copy(root / name, copy)
    for case in cases:
        _update(copy, case, "", (0, 1))  # 1: those of other cases may be stale, and stay so
    if not cases:
        _update(copy, "all", "not whole", (0,))


def _update(copy: Path, wanted: str, selected: str, good: Sequence[int]) -> None:
    """Run the tests of the golden files in a copy of the project, those that `-k` selects."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(registry.FOLDER)]
    command += ["-k", selected, f"{registry.UPDATE}={wanted}"]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        raise HarnessError(f"the golden files could not be computed again:\n{done.stdout[-2000:]}{done.stderr}")


def _patch(folder: Path) -> str:
    """What `git apply` makes the one copy out of the other with."""
    command = ["git", "diff", "--no-index", "--no-prefix", "--binary", "--no-color", "--no-ext-diff"]
    sides = [f"{side}/{registry.FOLDER.as_posix()}" for side in ("a", "b")]
    for leftover in [*folder.rglob("__pycache__"), *folder.rglob("*.lock")]:
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    done = subprocess.run([*command, *sides], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):  # 1: there are differences
        raise HarnessError(f"git could not write the patch: {done.stderr.strip()}")
    return done.stdout
