"""Reads sessions for the comparison with others: the part of `summary.json` that it needs, validated."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import BaseModel, FiniteFloat, ValidationError

from harness import layout
from harness.errors import HarnessError
from harness.files import read_json
from harness.judge.verdict import Status
from harness.records import jobs
from harness.records.metrics import PartMetrics
from harness.records.summary import SCHEMA_VERSION
from harness.scenario.names import backend_of
from harness.session import hub


class SessionCheck(BaseModel):
    """The part of a check in `summary.json` that sessions are compared by."""

    rung: str
    name: str
    status: Status
    margin: FiniteFloat | None


class SessionSide(BaseModel):
    """The part of a side in `summary.json` that sessions are compared by."""

    ms_per_step: FiniteFloat | None
    reconstruction: dict[str, PartMetrics | None]


class SessionCase(BaseModel):
    """The part of a case in `summary.json` that sessions are compared by: its options and its results."""

    id: str
    profile: str
    overrides: dict[str, str]
    fault: str | None = None
    status: Status
    backends: dict[str, SessionSide]
    """The sides by backend; the reference comes first."""
    checks: list[SessionCheck]

    def by_backend(self) -> "SessionCase":
        """The case with its sides under the names of their backends, so that `torch@main` is compared with `torch`.

        Two sides of one backend keep their names.
        """
        names = {side: backend_of(side) for side in self.backends}
        if len({*names.values()}) < len(names):
            return self
        sides = {names[side]: found for side, found in self.backends.items()}
        checks = [check.model_copy(update={"name": _renamed(check.name, names)}) for check in self.checks]
        return self.model_copy(update={"backends": sides, "checks": checks})


def _renamed(check: str, names: Mapping[str, str]) -> str:
    for side, backend in names.items():
        check = check.replace(side, backend)
    return check


class SessionCode(BaseModel):
    """The code that a session ran, of its provenance in `summary.json`."""

    git_commit: str | None = None
    git_branch: str | None = None
    dirty: bool | None = None

    def __str__(self) -> str:
        if self.git_commit is None:
            return "no commit"
        branch = f" on {self.git_branch}" if self.git_branch else ""
        return f"{self.git_commit[:10]}{branch}{' with changes' if self.dirty else ''}"


class SessionSummary(BaseModel):
    """The part of `summary.json` that sessions are compared by."""

    started: str
    finished: str | None
    provenance: SessionCode = SessionCode()
    cases: list[SessionCase]


@dataclass(frozen=True, eq=False)
class Session:
    """A hub with its summary."""

    folder: Path
    summary: SessionSummary

    @property
    def name(self) -> str:
        """Name of the hub's folder; with that of the nightly run before it, if the hub belongs to one."""
        return name_of(self.folder)

    @property
    def code(self) -> str:
        """Commit and branch of its code, and whether files differed from it."""
        return str(self.summary.provenance)

    @property
    def cases(self) -> dict[str, SessionCase]:
        """The cases by id."""
        return {case.id: case for case in self.summary.cases}

    def by_backend(self) -> "Session":
        """The session with the sides of its cases under the names of their backends."""
        cases = [case.by_backend() for case in self.summary.cases]
        return replace(self, summary=self.summary.model_copy(update={"cases": cases}))


def read(folder: Path) -> Session:
    """Read a hub; raises HarnessError when it is none, or its summary is missing, broken or of another version."""
    hub.require(folder)
    path = folder / layout.SUMMARY
    if not path.is_file():
        raise HarnessError(f"{path}: is missing; python -m harness report {folder} writes it.")
    record = read_json(path)
    version = record.get("schema_version") if isinstance(record, dict) else None
    if version != SCHEMA_VERSION:
        raise HarnessError(
            f"{path}: schema_version is {version!r}, and only {SCHEMA_VERSION!r} can be read; "
            "use the version of ptycho-parity that wrote this hub, or run the session again."
        )
    try:
        return Session(folder.resolve(), SessionSummary.model_validate(record))
    except ValidationError as error:
        first = error.errors()[0]
        key = ".".join(map(str, first["loc"]))
        raise HarnessError(
            f"{path}: {key}: {first['msg']}; this is no summary of a session, python -m harness report {folder} "
            "writes it again."
        ) from error


def trained_here(case: Path) -> set[str]:
    """The backends whose training of a case ran in its own session and was not taken from the store.

    Empty where `jobs.json` is missing or broken, as in a session that was killed.
    """
    sides = {job.backend for job in jobs.read_if_whole(case / layout.JOBS) if job.leg == "train" and not job.cached}
    return sides | {backend_of(side) for side in sides}


def name_of(folder: Path) -> str:
    """Name of a hub: its path below the folder of all hubs, such as `2024-01-01` or `night/smoke`."""
    return f"{folder.parent.name}/{folder.name}" if (folder.parent / layout.NIGHT).is_file() else folder.name


def hubs_in(reports: Path) -> list[Path]:
    """The hubs in a folder and in the nightly runs in it, sorted by path; links such as `latest` are left out."""
    nights = (path.parent for path in reports.glob(f"*/{layout.NIGHT}"))
    found = (path.parent for folder in (reports, *nights) for path in folder.glob(f"*/{layout.SESSION}"))
    return sorted(folder for folder in found if not folder.is_symlink())


def read_all(reports: Path) -> tuple[list[Session], dict[str, str]]:
    """The sessions in a folder, the oldest first, and by name of the hub why it could not be read."""
    sessions, reasons = [], {}
    for folder in hubs_in(reports):
        try:
            sessions.append(read(folder))
        except HarnessError as reason:
            reasons[name_of(folder)] = str(reason).replace(f"{reports}/", "")
    return sorted(sessions, key=lambda session: (session.summary.started, session.name)), reasons
