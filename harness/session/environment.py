"""`environment.json`, what a session ran on: Python, packages, machine, threads, environment variables, git state."""

import os
import platform
import sys
from functools import cache
from importlib.metadata import distributions
from pathlib import Path

from harness import __version__
from harness.records.environment import EnvironmentRecord
from harness.run import cores, git
from harness.run.environment import recorded_variables


def capture(repository: Path, threads: int = cores.THREADS) -> EnvironmentRecord:
    """Describe this process and its machine; `repository`: folder whose git commit is recorded."""
    commit, branch, dirty = git_state(repository)
    return EnvironmentRecord(
        python=platform.python_version(),
        implementation=platform.python_implementation(),
        executable=Path(sys.executable).name,
        platform=platform.platform(),
        machine=platform.machine(),
        cores=cores.available(),
        threads=threads,
        harness_version=__version__,
        packages=_packages(),
        variables=recorded_variables(os.environ),
        git_commit=commit,
        git_branch=branch,
        dirty=dirty,
    )


@cache
def _packages() -> dict[str, str]:
    """Version of every distribution by name; read once, because their metadata are some hundred files."""
    return dict(sorted({d.metadata["Name"]: d.version for d in distributions()}.items()))


def git_state(repository: Path) -> tuple[str | None, str | None, bool | None]:
    """The commit, the branch, and whether files differ from it; all None outside a repository or without git."""
    commit = git.output(repository, "rev-parse", "HEAD")
    branch = git.output(repository, "symbolic-ref", "--short", "--quiet", "HEAD")
    status = git.output(repository, "status", "--porcelain", "--untracked-files=no")
    return commit, branch, None if commit is None or status is None else bool(status)
