"""The history of every case and figure over the hubs of a folder, and the hub in which each became what it is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from harness.judge.comparing import Pair
from harness.report.trend.changes import Change, of_figure
from harness.report.trend.figures import Figure, Name, figures_of
from harness.report.trend.sessions import CaseRecord, Session


@dataclass(frozen=True)
class Series:
    """One figure of one case over the sessions that held the case, the oldest first."""

    case: str
    name: Name
    sessions: Sequence[Session]
    values: Sequence[Figure | None]
    """One a session; None where the figure was not to be had."""

    @cached_property
    def changes(self) -> list[tuple[Session, Change]]:
        """Where it changed: the first session in which it was so, and from what to what.

        Noise moves every figure a little; one counts as changed when it differs from what it was where it last did.
        """
        found: list[tuple[Session, Change]] = []
        state: Figure | None = None
        for session, value in zip(self.sessions, self.values, strict=True):
            if value is None:
                continue
            change = None if state is None else of_figure(self.case, Pair(self.name, state, value))
            if change:
                found.append((session, change))
            if change or state is None:
                state = value
        return found

    @property
    def since(self) -> Session:
        """The first session in which it was as it is now."""
        first = next(s for s, value in zip(self.sessions, self.values, strict=True) if value is not None)
        return self.changes[-1][0] if self.changes else first

    @property
    def newest(self) -> Figure:
        """The last value that could be had."""
        return next(value for value in reversed(self.values) if value is not None)


@dataclass(frozen=True)
class CaseHistory:
    """One case, asked in one way, over the sessions that held it."""

    title: str
    sessions: Sequence[Session]
    records: Sequence[CaseRecord]
    series: Sequence[Series]

    @property
    def is_special(self) -> bool:
        """Whether something was overridden, or a fault was injected."""
        return bool(self.records[0].overrides or self.records[0].fault)


def histories(sessions: Iterable[Session]) -> list[CaseHistory]:
    """Every case over the sessions, the oldest first.

    What was asked in another way (profile, override, pair, injected fault) is another history; those with an override
    or a fault come last.
    """
    held: dict[str, list[tuple[Session, CaseRecord]]] = {}
    for session in sessions:
        for case in session.summary.cases:
            held.setdefault(title_of(case), []).append((session, case))
    found = [_history(title, pairs) for title, pairs in sorted(held.items())]
    return sorted(found, key=lambda history: history.is_special)


def title_of(case: CaseRecord) -> str:
    """What was asked of a case, in words."""
    words = [f"{case.id}, {case.profile}, {' / '.join(case.backends)}"]
    words += [f"{key}={value}" for key, value in sorted(case.overrides.items())]
    return ", ".join([*words, f"injected fault {case.fault}"] if case.fault else words)


def changes_by_session(found: Iterable[CaseHistory]) -> list[tuple[Session, list[Change]]]:
    """All changes by the session in which they first showed, the newest first."""
    by_session: dict[Session, list[Change]] = {}
    for history in found:
        for series in history.series:
            for session, change in series.changes:
                by_session.setdefault(session, []).append(change)
    return sorted(by_session.items(), key=lambda entry: (entry[0].summary.started, entry[0].name), reverse=True)


def _history(title: str, pairs: Sequence[tuple[Session, CaseRecord]]) -> CaseHistory:
    sessions, records = [session for session, _ in pairs], [case for _, case in pairs]
    figures = [figures_of(session, case) for session, case in pairs]
    names = dict.fromkeys(name for found in figures for name in found)
    series = [Series(title, name, sessions, [found.get(name) for found in figures]) for name in names]
    return CaseHistory(title, sessions, records, series)
