"""Code as it was at a revision: the files of a commit in a folder of their own.

The folder is filled by `git archive`, so the user's repository gets no work tree, no branch and no lock; a commit never
changes, so one folder serves every session.
"""

import tarfile
import threading
from functools import cache
from pathlib import Path

from harness.errors import HarnessError
from harness.run import git
from harness.run.locks import one_of
from harness.run.scratch import temporary_folder

FOLDER = "revisions"
_ARCHIVE_SECONDS = 120


@cache
def repository_of(folder: Path) -> Path:
    """Top folder of the git repository that a folder lies in; HarnessError where it lies in none."""
    top = git.output(folder, "rev-parse", "--show-toplevel")
    if top is None:
        raise HarnessError(f"{folder} lies in no git repository, so it has no revisions; clone it with git.")
    return Path(top)


@cache
def commit_of(folder: Path, revision: str) -> str:
    """The commit that a revision names in the repository of `folder`, in full; HarnessError where it names none."""
    repository = repository_of(folder)
    found = git.output(repository, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if found is None:
        raise HarnessError(
            f"{revision}: is no revision of the repository {repository}; name a branch, a tag or a commit "
            "(git log --oneline shows them)."
        )
    return found


def files_of(folder: Path, commit: str, store: Path, cancelled: threading.Event | None = None) -> Path:
    """The folder that `folder` was at a commit, in a copy of all of that commit's files below `store`.

    Raises HarnessError when git cannot read the commit, or `folder` was not there.
    """
    repository = repository_of(folder)
    target = store / FOLDER / commit
    with one_of([store / "locks" / f"revision-{commit}.lock"], cancelled or threading.Event()):
        if not target.is_dir():
            _extract(repository, commit, target)
    then = target / folder.resolve().relative_to(repository)
    if not then.is_dir():
        raise HarnessError(f"{folder.name}: is not there at commit {commit[:10]} of {repository}; name a later one.")
    return then


def _extract(repository: Path, commit: str, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with temporary_folder(target.parent) as scratch:
        packed, files = scratch / "files.tar", scratch / "files"
        if git.output(repository, "archive", f"--output={packed}", commit, seconds=_ARCHIVE_SECONDS) is None:
            raise HarnessError(f"{repository}: git cannot read commit {commit}; fetch it.")
        with tarfile.open(packed) as archive:
            archive.extractall(files, filter="data")
        (files / ".git").touch()  # as in a checkout: ports tell places in their code from here
        files.rename(target)
