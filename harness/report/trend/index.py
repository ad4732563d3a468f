"""`index.html` of a folder of hubs: its sessions, what changed in which of them, and the history of every case."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import write_text
from harness.judge.verdict import Status
from harness.records.record import Record
from harness.report.summary import worst
from harness.report.trend.changes import RULE, Change, subject_of
from harness.report.trend.history import CaseHistory, Series, changes_by_session, histories
from harness.report.trend.quantities import Rung, formatted, noise_of
from harness.report.trend.sessions import Session, hubs_in, read_all
from harness.report.trend.sparkline import Sparkline, sparkline

Context = Mapping[str, object]
"""The values that a template shows, by the names that it uses for them."""
KINDS = {
    "rung": ("Rungs", "The least margin, from -1 to 1: 1 is all of the limit, the line is the limit, below is beyond."),
    "quality": (
        "Quality",
        "Of the reconstructions; more is better. A curve spans twice the noise or more, either way.",
    ),
    "speed": ("Speed", "The candidate's ms a step over those of its own session's reference run; the line is 1."),
}


class SessionLine(Record):
    """One session in the index: its hub, its times, and the status of its cases."""

    hub: str
    started: str
    finished: str | None
    status: Status
    cases: dict[str, Status]
    """The status of each case by its id."""
    profiles: tuple[str, ...]
    code: str
    """Commit and branch, and whether files differed from it."""
    remarks: tuple[str, ...]
    """The injected faults and the overrides of the session."""


def is_folder_of_hubs(folder: Path) -> bool:
    """Whether a folder holds hubs, and is itself neither a hub nor the folder of a nightly run."""
    return not any((folder / name).exists() for name in (layout.SESSION, layout.NIGHT)) and bool(hubs_in(folder))


def write(reports: Path) -> list[SessionLine]:
    """Write the index of a folder of hubs; returns one line for each session, the oldest first.

    A hub that cannot be read is listed with the reason. Raises HarnessError when there is no hub at all.
    """
    sessions, unreadable = read_all(reports)
    if not sessions and not unreadable:
        raise HarnessError(f"{reports}: holds no hub; name a hub, or a folder of hubs such as reports.")
    found = histories(sessions)
    context = {
        "name": reports.resolve().name,
        "rule": RULE,
        "kinds": KINDS,
        "sessions": [_session(session) for session in reversed(sessions)],
        "unreadable": unreadable,
        "changes": [_changed(session, changes) for session, changes in changes_by_session(found)],
        "cases": [_case(history) for history in found],
    }
    write_text(reports / layout.INDEX, templates.render("trend/history.html", **context))
    return [_session(session) for session in sessions]


def _session(session: Session) -> SessionLine:
    cases = session.summary.cases
    return SessionLine(
        hub=session.name,
        started=session.summary.started,
        finished=session.summary.finished,
        status=worst(case.status for case in cases),
        cases={case.id: case.status for case in cases},
        profiles=tuple(sorted({case.profile for case in cases})),
        code=session.code,
        remarks=tuple(sorted({remark for case in cases for remark in _remarks(case.fault, case.overrides)})),
    )


def _remarks(fault: str | None, overrides: Mapping[str, str]) -> Iterator[str]:
    if fault:
        yield f"injected fault {fault}"
    yield from (f"{key}={value}" for key, value in overrides.items())


def _changed(session: Session, changes: Sequence[Change]) -> Context:
    counts = {verdict: sum(change.verdict == verdict for change in changes) for verdict in templates.ARROWS if verdict}
    return {"hub": session.name, "counts": counts, "changes": sorted(changes, key=_by_verdict)}


def _by_verdict(change: Change) -> int:
    return list(templates.ARROWS).index(change.verdict)


def _case(history: CaseHistory) -> Context:
    """The history of a case, as the template shows it."""
    statuses = [
        {"hub": s.name, "status": record.status} for s, record in zip(history.sessions, history.records, strict=True)
    ]
    return {
        "id": history.records[-1].id,
        "title": history.title,
        "statuses": statuses,
        "changes": sum(len(series.changes) for series in history.series),
        "groups": {
            kind: [_row(series) for series in history.series if series.name.kind == kind]
            for kind in KINDS
            if any(series.name.kind == kind for series in history.series)
        },
    }


def _row(series: Series) -> Context:
    return {
        "subject": subject_of(series.name),
        "newest": formatted(series.newest),
        "status": series.newest.status if isinstance(series.newest, Rung) else None,
        "since": series.since.name,
        "verdict": series.changes[-1][1].verdict if series.changes else "",
        "curve": _curve(series),
    }


def _curve(series: Series) -> Sparkline:
    labels = [f"{s.name}: {formatted(value)}" for s, value in zip(series.sessions, series.values, strict=True)]
    numbers = [value.margin if isinstance(value, Rung) else value for value in series.values]
    there = [number for number in numbers if number is not None]
    if series.name.kind == "rung":
        return sparkline(numbers, labels, -1.0, 1.0, level=0.0)
    low, high = min(there), max(there)
    if series.name.kind == "speed":
        return sparkline(numbers, labels, min(low, 0.5), max(high, 2.0), level=1.0)
    noise = 2 * noise_of(series.name, there[0])
    return sparkline(numbers, labels, min(low, there[0] - noise), max(high, there[0] + noise))
