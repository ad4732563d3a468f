"""The hub: the folder of one session. It is made once, and what it holds is never overwritten.

`session.json` holds the options of the session and whether it came to its end; `<case>/case.json` the rungs that are
planned for a case. Both are written before any work begins, so the hub of a killed session says what is missing.
"""

import contextlib
import os
import re
import time
from datetime import UTC, datetime
from pathlib import Path

from harness import layout
from harness.errors import HarnessError
from harness.records.case import CaseRecord
from harness.records.session import SessionRecord
from harness.records.summary import Summary

LATEST = "latest"
_NAME = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._+-]*")
_TIME_FORMAT = "%Y-%m-%dT%H%M%SZ"
_TIME_NAME = re.compile(r"\d{4}-\d\d-\d\dT\d{6}Z")
_ATTEMPTS = 50


def utc_now() -> str:
    """The time as `YYYY-MM-DDTHH:MM:SSZ`."""
    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def time_name() -> str:
    """The time as it stands in names of folders: `YYYY-MM-DDTHHMMSSZ`."""
    return datetime.now(UTC).strftime(_TIME_FORMAT)


def create(folder: Path | None, reports: Path, session: SessionRecord) -> Path:
    """Make the folder of a new hub and write `session.json`.

    Without `folder` the hub is named after the UTC time, under `reports`. Raises HarnessError when `folder` holds
    anything already.
    """
    hub = make_empty_folder(folder) if folder is not None else _make_folder_named_by_time(reports)
    session.write(hub / layout.SESSION)
    return hub


def make_empty_folder(folder: Path) -> Path:
    """Make a folder where there is none; raises HarnessError when it holds anything."""
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise HarnessError(f"{folder}: is not empty, and a hub is never overwritten; name another.")
    return folder


def _make_folder_named_by_time(reports: Path) -> Path:
    """Make a folder named after the UTC time; two sessions of the same second get names one second apart."""
    reports.mkdir(parents=True, exist_ok=True)
    for _ in range(_ATTEMPTS):
        hub = reports / time_name()
        try:
            hub.mkdir()
        except FileExistsError:
            time.sleep(0.2)
        else:
            return hub
    raise HarnessError(f"{reports}: no free name for a hub after {_ATTEMPTS} tries; name one with --parity-hub.")


def discard_if_unused(hub: Path) -> bool:
    """Remove a hub for which no case was planned; returns whether it was removed."""
    if case_folders(hub):
        return False
    for name in (layout.SESSION, layout.ENVIRONMENT):
        (hub / name).unlink(missing_ok=True)
    if not any(hub.iterdir()):
        hub.rmdir()
    return True


def case_folder(hub: Path, case_id: str) -> Path:
    """The folder of a case; raises HarnessError for a name that is not one plain folder name."""
    if not _NAME.fullmatch(case_id):
        raise HarnessError(f"case {case_id!r}: a name may hold letters, digits, '_', '-', '+' and '.', and no folder.")
    return hub / case_id


def case_folders(hub: Path) -> list[Path]:
    """The folders of the planned cases, by name."""
    return sorted(path.parent for path in hub.glob(f"*/{layout.CASE}"))


def record_plan(hub: Path) -> None:
    """Enter the planned cases and their rungs in `session.json`, so that a case whose folder is lost is missed.

    Every process that shares the hub plans the same cases, so it does not matter which of them writes last.
    """
    plan = {folder.name: read_case(folder).rungs for folder in case_folders(hub)}
    read_session(hub).model_copy(update={"planned": plan}).write(hub / layout.SESSION)


def planned(hub: Path) -> dict[str, tuple[str, ...]]:
    """The rungs that the session planned for each case; of a hub of an earlier version, those that it summarised."""
    if plan := read_session(hub).planned:
        return plan
    summary = Summary.read_if_whole(hub / layout.SUMMARY)
    cases = () if summary is None else summary.cases
    return {case.id: tuple(dict.fromkeys(check.rung for check in case.checks)) for case in cases}


def lost_cases(hub: Path) -> list[str]:
    """The planned cases whose `case.json` is gone."""
    return [case for case in planned(hub) if not (hub / case / layout.CASE).is_file()]


def require_planned_cases(hub: Path) -> None:
    """Raise HarnessError when a planned case is gone."""
    if lost := lost_cases(hub):
        raise HarnessError(
            f"{hub}: {layout.SESSION} plans {', '.join(lost)}, of which there is no {layout.CASE}; "
            "this hub is no evidence: bring the folder back, or run the session again."
        )


def require(hub: Path) -> None:
    """Raise HarnessError when a folder is no hub."""
    if not (hub / layout.SESSION).is_file():
        raise HarnessError(f"{hub}: is not a hub (it holds no {layout.SESSION}).")


def read_session(hub: Path) -> SessionRecord:
    """Contents of `session.json`; raises HarnessError when `hub` is no hub."""
    require(hub)
    return SessionRecord.read(hub / layout.SESSION)


def seconds_since_start(hub: Path) -> float:
    """Seconds since the session began, to one second, by the clock that all its processes share."""
    return (datetime.now(UTC) - datetime.fromisoformat(read_session(hub).started)).total_seconds()


def read_case(folder: Path) -> CaseRecord:
    """Contents of `case.json`; raises HarnessError when it is missing or broken."""
    return CaseRecord.read(folder / layout.CASE)


def finish(hub: Path, exit_status: int) -> None:
    """Record in `session.json` that the session came to its end, and with which exit status."""
    ended = {"finished": utc_now(), "exit_status": exit_status}
    read_session(hub).model_copy(update=ended).write(hub / layout.SESSION)


def reopen(hub: Path) -> None:
    """Take back `finish`, so that the hub is that of a session that did not come to its end."""
    read_session(hub).model_copy(update={"finished": None, "exit_status": None}).write(hub / layout.SESSION)


def update_latest_link(hub: Path) -> None:
    """Let `latest` beside the hub point at it, unless it points at a newer one already.

    Only hubs that are named after their time count. Where symbolic links cannot be made, there is no `latest`.
    """
    link = hub.parent / LATEST
    if not _TIME_NAME.fullmatch(hub.name) or (link.exists() and link.resolve().name > hub.name):
        return
    temporary = link.with_name(f".{LATEST}-{os.getpid()}")
    with contextlib.suppress(OSError):
        temporary.symlink_to(hub.name, target_is_directory=True)
        temporary.replace(link)
