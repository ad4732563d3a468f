"""A proposal of golden files: a patch for git, and a page with old, new and difference for whoever approves it.

The project itself is not changed. Patch and page are made from two copies of its golden files: one as it is, and one
in which the results of a hub were approved and everything that needs no training was computed again.
"""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import write_text
from harness.judge.golden import registry
from harness.report.golden import views
from harness.run.scratch import temporary_folder
from harness.session import hub, manifest
from harness.session.golden import approve

PATCH = "proposal.patch"
_PROJECT = ("conftest.py", "pyproject.toml", "scenarios")
"""The files of the project that the tests of the golden files need."""


def propose(
    root: Path, of: Path | None, to: Path, cases: Sequence[str] = (), state: Sequence[str] = ()
) -> tuple[list[views.Change], list[str]]:
    """Write `proposal.patch` and `index.html` into the new folder `to`.

    Args:
        root: folder of the project.
        of: the hub whose results are proposed; None for only those golden files that need no training.
        to: the new folder.
        cases: ids of the cases to propose; all when empty.
        state: how the hub stands, for the head of the page.

    Returns:
        The golden files that differ, and a sentence for each case of the hub that cannot be approved.

    Raises:
        HarnessError: `of` is no hub, `to` exists already, or a golden file could not be computed.
    """
    hub.make_empty_folder(to)
    with temporary_folder() as folder:
        old, new = folder / "a", folder / "b"
        for side in (old, new):
            shutil.copytree(root / registry.FOLDER, side / registry.FOLDER, ignore=shutil.ignore_patterns("*.lock"))
        left_out = [] if of is None else _approve_hub(of, new / registry.FOLDER, cases)
        if list((root / registry.FOLDER).glob("test_*.py")):
            _compute_again(root, new, cases)
        found = views.changes(old / registry.FOLDER, new / registry.FOLDER, to)
        write_text(to / PATCH, _patch(folder))
    name_of_hub = of and of.resolve().name
    page = templates.render("golden.html", changes=found, left_out=left_out, hub=name_of_hub, state=state)
    write_text(to / layout.INDEX, page)
    return found, left_out


def _approve_hub(of: Path, folder: Path, cases: Sequence[str]) -> list[str]:
    """Approve the cases of the hub `of` in a copy of the golden files; returns a sentence for each that failed."""
    hub.require(of)
    manifest.require_signed(of)
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
    """Run the tests that write golden files, in a copy of those parts of the project that they need."""
    for name in _PROJECT:
        if (root / name).is_dir():
            shutil.copytree(root / name, copy / name)
        elif (root / name).is_file():
            shutil.copy(root / name, copy)
    for case in cases:
        _update(copy, case, "", (0, 1))  # 1: those of other cases may be out of date, and stay so
    if not cases:
        _update(copy, "all", "not whole", (0,))


def _update(copy: Path, wanted: str, selected: str, good: Sequence[int]) -> None:
    """Run tests of the golden files in a copy of the project; raises HarnessError when they fail.

    Args:
        copy: folder of the copy.
        wanted: the case whose golden files are to be written, or `all`.
        selected: expression for the option `-k` of pytest.
        good: the exit statuses that are no failure.
    """
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", str(registry.FOLDER)]
    command += ["-k", selected, f"{registry.UPDATE}={wanted}"]
    environment = {name: value for name, value in os.environ.items() if name != "CI"}
    done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True, check=False)
    if done.returncode not in good:
        raise HarnessError(f"the golden files could not be computed again:\n{done.stdout[-2000:]}{done.stderr}")


def _patch(folder: Path) -> str:
    """The patch by which `git apply` turns the copy `a` into the copy `b`, both below `folder`."""
    command = ["git", "diff", "--no-index", "--no-prefix", "--binary", "--no-color", "--no-ext-diff"]
    sides = [f"{side}/{registry.FOLDER.as_posix()}" for side in ("a", "b")]
    for leftover in [*folder.rglob("__pycache__"), *folder.rglob("*.lock")]:
        shutil.rmtree(leftover) if leftover.is_dir() else leftover.unlink()
    done = subprocess.run([*command, *sides], cwd=folder, capture_output=True, text=True, check=False)
    if done.returncode not in (0, 1):  # 1: there are differences
        raise HarnessError(f"git could not write the patch: {done.stderr.strip()}")
    return done.stdout
