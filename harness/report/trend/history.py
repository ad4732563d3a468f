"""The history of every quantity of every case over the hubs of a folder, and the hubs in which it changed."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.judge.comparing import Pair
from harness.report.trend.changes import Change, change_of
from harness.report.trend.quantities import Quantity, Value, values_of
from harness.report.trend.sessions import Session, SessionCase


@dataclass(frozen=True)
class Series:
    """The values of one quantity of one case over the sessions that held the case, the oldest first."""

    case: str
    name: Quantity
    sessions: Sequence[Session]
    values: Sequence[Value | None]
    """One value for each session; None where the session does not hold the quantity."""

    @cached_property
    def changes(self) -> list[tuple[Session, Change]]:
        """The changes, each with the session in which it first appeared.

        Noise moves every value a little: a value counts as changed when it differs, by more than the noise, from the
        value after the last change.
        """
        found: list[tuple[Session, Change]] = []
        state: Value | None = None
        for session, value in zip(self.sessions, self.values, strict=True):
            if value is None:
                continue
            change = None if state is None else change_of(self.case, Pair(self.name, state, value))
            if change:
                found.append((session, change))
            if change or state is None:
                state = value
        return found

    @property
    def since(self) -> Session:
        """The session of the last change; the first session with a value if nothing ever changed."""
        first = next(s for s, value in zip(self.sessions, self.values, strict=True) if value is not None)
        return self.changes[-1][0] if self.changes else first

    @property
    def newest(self) -> Value:
        """The value in the newest session that has one."""
        return next(value for value in reversed(self.values) if value is not None)


@dataclass(frozen=True)
class CaseHistory:
    """The history of one case, run with the same options, over the sessions that held it."""

    title: str
    sessions: Sequence[Session]
    records: Sequence[SessionCase]
    series: Sequence[Series]

    @property
    def is_special(self) -> bool:
        """Whether a value was overridden, or a fault was injected."""
        return bool(self.records[0].overrides or self.records[0].fault)


def histories(sessions: Iterable[Session]) -> list[CaseHistory]:
    """The history of every case over the sessions, the oldest first.

    A case that was run with other options (profile, override, pair, injected fault) has its own history. Those with an
    override or a fault come last.
    """
    by_title: dict[str, list[tuple[Session, SessionCase]]] = {}
    for session in sessions:
        for case in session.summary.cases:
            by_title.setdefault(title_of(case), []).append((session, case))
    found = [_history(title, pairs) for title, pairs in sorted(by_title.items())]
    return sorted(found, key=lambda history: history.is_special)


def title_of(case: SessionCase) -> str:
    """Title of a history: id, profile and pair of the case, its overrides and its injected fault."""
    parts = [f"{case.id}, {case.profile}, {' / '.join(case.backends)}"]
    parts += [f"{key}={value}" for key, value in sorted(case.overrides.items())]
    return ", ".join([*parts, f"injected fault {case.fault}"] if case.fault else parts)


def changes_by_session(found: Iterable[CaseHistory]) -> list[tuple[Session, list[Change]]]:
    """All changes by the session in which they first appeared, the newest session first."""
    by_session: dict[Session, list[Change]] = {}
    for history in found:
        for series in history.series:
            for session, change in series.changes:
                by_session.setdefault(session, []).append(change)
    return sorted(by_session.items(), key=lambda entry: (entry[0].summary.started, entry[0].name), reverse=True)


def _history(title: str, pairs: Sequence[tuple[Session, SessionCase]]) -> CaseHistory:
    sessions, records = [session for session, _ in pairs], [case for _, case in pairs]
    of_sessions = [values_of(session, case) for session, case in pairs]
    names = dict.fromkeys(name for values in of_sessions for name in values)
    series = [Series(title, name, sessions, [values.get(name) for values in of_sessions]) for name in names]
    return CaseHistory(title, sessions, records, series)
