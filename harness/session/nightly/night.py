"""A night, which is one nightly run: its folder, the result of each step, and how a stopped night is continued.

`nightly.json` is written before and after every step, and a step counts as finished only when it says so: a night that
is killed at any point records what is finished. A parity session is never continued in its hub: it begins again in a
new one, and takes what was trained from the store.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.files import digest, read_json, sha256, write_json
from harness.session import case_runner, environment, hub, manifest
from harness.session.nightly import program
from harness.session.nightly.steps import FOLDER, Step

PROJECT = (
    "harness", "scenarios", "tests/parity", "tests/faults", "tests/golden", "benchmarks", "conftest.py",
    "pyproject.toml",
)  # fmt: skip
"""Files that the steps depend on: once one of them changes, a stopped night is not continued."""
FINISHED = ("pass", "fail")
UNENDED = "begun and not ended: it is running, or was stopped"
PREFIX = "nightly-"
"""Beginning of the name of a night's folder; its time in UTC follows."""
Print = Callable[[str], None]
WritePage = Callable[[Path, Sequence[Step], Mapping[str, Any]], None]
"""Writes the page of a night from its folder, its steps and the contents of `nightly.json`."""


@dataclass
class Record:
    """Result of one step, as `nightly.json` keeps it."""

    status: str = "skipped"
    """`pass`; `fail`: it ran and found something red; `inconclusive`: the budget of a session left out some cases;
    `error`: it did not come to its end; `skipped`: not begun."""
    reason: str = "not begun yet"
    started: str | None = None
    seconds: float | None = None
    exit_status: int | None = None
    hubs: list[str] = field(default_factory=list)
    """Hubs of a step that is a parity session: the last holds its result, the others are of earlier attempts."""


class Night:
    """Runs the steps of one night, and keeps their results in its folder."""

    def __init__(self, folder: Path, root: Path, steps: Sequence[Step], write_page: WritePage) -> None:
        """`root`: the project's folder, which the steps are run in; `write_page` is called whenever a step changes."""
        self.folder, self.root, self.steps, self._write_page = folder, root, steps, write_page
        state = read_json(folder / layout.NIGHT)
        self.started: str = state["started"]
        self.plan: str = state["plan"]
        self.records = {step.name: Record(**state["steps"].get(step.name, {})) for step in steps}

    @classmethod
    def begin(cls, reports: Path, root: Path, steps: Sequence[Step], write_page: WritePage) -> "Night":
        """Make the folder of a new night."""
        folder = hub.make_empty_folder(reports / f"{PREFIX}{hub.time_name()}")
        write_json(folder / layout.NIGHT, {"started": hub.utc_now(), "plan": plan(root, steps), "steps": {}})
        return cls(folder, root, steps, write_page)

    @classmethod
    def unfinished(cls, reports: Path, root: Path, steps: Sequence[Step], write_page: WritePage) -> "Night | None":
        """The newest night, when it has steps left and the same plan: the same steps, files and installation."""
        folders = sorted(path.parent for path in reports.glob(f"{PREFIX}*/{layout.NIGHT}"))
        if not folders or read_json(folders[-1] / layout.NIGHT)["plan"] != plan(root, steps):
            return None
        night = cls(folders[-1], root, steps, write_page)
        return None if all(night.is_finished(step) for step in steps) else night

    def is_finished(self, step: Step) -> bool:
        """Whether a step came to its end, passed or failed."""
        return self.records[step.name].status in FINISHED

    @property
    def is_green(self) -> bool:
        """Whether every step ran and passed."""
        return all(record.status == "pass" for record in self.records.values())

    def run(self, budget: float | None, echo: Print) -> None:
        """Run the unfinished steps in order, beginning none once `budget` seconds are spent; `echo` prints progress."""
        deadline = None if budget is None else time.monotonic() + budget
        self._write()
        for step in self.steps:
            record, left = self.records[step.name], None if deadline is None else deadline - time.monotonic()
            if self.is_finished(step):
                echo(f"{step.name}: {record.status}, finished before (begun {record.started}), not repeated")
                continue
            if left is None or left > 0:
                echo(f"{step.name}: begins, log in {self.folder / log_of(step.name)}")
                self._run(step, left)
            elif record.started is None:  # of one that had begun, what was found stays
                self._update(step, reason="not begun: the budget of the night was spent")
            echo(f"{step.name}: {record.status} {record.reason}".rstrip())

    def _run(self, step: Step, left: float | None) -> None:
        """Run a step and record its result; until then the record says that it is running, or was stopped."""
        started, command = time.monotonic(), self._command(step, left)  # a hub's name is taken before it is made
        self._update(step, status="error", reason=UNENDED, started=hub.utc_now(), exit_status=None, seconds=None)
        exit_status = program.run(command, self.root, self.folder / log_of(step.name))
        status, reason = self._status_of(step, exit_status)
        seconds = time.monotonic() - started
        self._update(step, status=status, reason=reason, exit_status=exit_status, seconds=seconds)

    def _command(self, step: Step, left: float | None) -> list[str]:
        command = [str(self.folder) if word == FOLDER else word for word in step.command]
        if not step.is_session:
            return command
        hubs = self.records[step.name].hubs
        hubs.append(step.name if not hubs else f"{step.name}-{len(hubs) + 1}")
        command.append(f"--parity-hub={self.folder / hubs[-1]}")
        return command if left is None else [*command, f"--parity-budget={max(1.0, left):.0f}"]

    def _status_of(self, step: Step, status: int) -> tuple[str, str]:
        """Status of a step by its exit status, and the reason where that is no pass."""
        if status not in (0, 1):
            return "error", f"ended with exit status {status}"
        if step.is_session and (late := case_runner.cases_over_budget(self.folder / self.records[step.name].hubs[-1])):
            return "inconclusive", f"the budget was spent before {', '.join(late)} began"
        return ("fail", "its log says what is red") if status else ("pass", "")

    def _update(self, step: Step, **changes: Any) -> None:
        for name, value in changes.items():
            setattr(self.records[step.name], name, value)
        self._write()

    def _write(self) -> None:
        records: Mapping[str, Any] = {name: asdict(record) for name, record in self.records.items()}
        state = {"started": self.started, "plan": self.plan, "steps": records}
        write_json(self.folder / layout.NIGHT, state)
        self._write_page(self.folder, self.steps, state)


def log_of(step: str) -> str:
    """The log of a step, relative to the folder of the night."""
    return f"logs/{step}.txt"


def plan(root: Path, steps: Sequence[Step]) -> str:
    """Digest of all that a night depends on: its commands, the files of `PROJECT`, Python, packages and variables."""
    found = environment.capture(root)
    surroundings = found.model_dump(include={"python", "packages", "variables"})
    paths = [path for name in PROJECT for path in manifest.files(root / name) or [root / name]]
    code = [path for path in paths if path.is_file() and "__pycache__" not in path.parts]
    files = {path.relative_to(root).as_posix(): sha256(path) for path in code}
    return digest({"steps": [asdict(step) for step in steps], "files": files, **surroundings})


def require_project(root: Path) -> None:
    """Raise HarnessError where the files that the steps run are not there."""
    for name in ("benchmarks", "scenarios", "tests/parity", "tests/faults"):
        if not (root / name).is_dir():
            raise HarnessError(f"{root}: has no folder {name}; a night is run in the folder of the project.")
