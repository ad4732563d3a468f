"""Why a result is no longer the approved one, our code or the libraries: the 2 x 2 of revision and environment.

A side is trained, or taken from the store, with the code of the approval and with that of today, each in the Python of
today and, where one is given, in one with the versions of the approval. The rung `golden` holds all of them against the
approved result.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.judge.golden import approved, registry
from harness.judge.verdict import RED, Check, tightest
from harness.records.golden import Entry
from harness.records.verdict import VerdictRecord
from harness.scenario.case import Case
from harness.session import child, hub, sides
from harness.session.golden.copy_approved import LEG

RUNG = "golden"
_WORDS = {True: "another result", False: "as approved"}


@dataclass(frozen=True)
class Corner:
    """One of the four: a side with the code of one revision in one Python, held against its approved result."""

    checks: tuple[Check, ...]
    """Checks of the rung golden on this side; none where it was not judged."""

    @property
    def is_other(self) -> bool | None:
        """Whether the result is not the approved one; None where that could not be judged."""
        if tightest(self.checks) is None or any(check.status == "error" for check in self.checks):
            return None
        return any(check.status in RED for check in self.checks)

    @property
    def words(self) -> str:
        """What came out, or why nothing did."""
        if self.is_other is not None:
            return _WORDS[self.is_other]
        return f"not judged: {self.checks[0].message}" if self.checks else "not judged"

    @property
    def versions(self) -> str:
        """How its environment differs from that of the approval; an empty text where it does not."""
        return next((check.message for check in self.checks if check.name.endswith(".environment")), "")


@dataclass(frozen=True)
class Square:
    """The four corners of one side of a case; two where no other Python is given."""

    case: str
    backend: str
    revision: str
    """Where the approved result comes from."""
    then: Corner
    """Code of the approval in the Python of today."""
    now: Corner
    """Code and Python of today."""
    old_then: Corner | None = None
    """Code of the approval in the other Python."""
    old_now: Corner | None = None
    """Code of today in the other Python."""

    @property
    def cause(self) -> str:
        """Why the result of today is another one, in words."""
        corners = [self.now.is_other, self.then.is_other, *(one.is_other for one in self._old)]
        if corners[0] is False:
            return "not stale"
        if None in corners:
            return "cannot be told"
        if not self._old:
            return "not our code, or not alone" if corners[1] else "our code"
        return _cause(bool(corners[1]), bool(corners[2]), bool(corners[3]))

    @property
    def _old(self) -> list[Corner]:
        return [corner for corner in (self.old_then, self.old_now) if corner is not None]

    def line(self) -> str:
        """The verdict, the corners that it follows from, and the check that is furthest from the approved result."""
        cells = [f"code of {self.revision}: {self.then.words}", f"code of today: {self.now.words}"]
        if self._old:
            cells = [f"{cell}, in the other Python {old.words}" for cell, old in zip(cells, self._old, strict=True)]
        return "; ".join([f"{self.case}, {self.backend}: {self.cause}", *cells, *self._notes()])

    def _notes(self) -> Iterator[str]:
        worst = tightest(self.now.checks)
        if worst is not None and self.now.is_other:
            yield worst.message
            yield self.now.versions or "this Python has the versions of the approval"
        if self._old and self._old[0].versions:
            yield f"the other Python is none of the approval: {self._old[0].versions}"


def _cause(then: bool, old_then: bool, old_now: bool) -> str:
    """Why today's code in today's Python gives another result; each argument: whether that corner does, too."""
    if old_then:
        return "neither our code nor the libraries: code and Python of the approval do not give its result either"
    return {
        (True, True): "our code and the libraries, each of them alone",
        (True, False): "the libraries",
        (False, True): "our code",
        (False, False): "our code and the libraries together, neither of them alone",
    }[then, old_now]


def approvals(folder: Path, case: Case) -> dict[str, Entry]:
    """The registry entry of the approved result of each side of a case, by backend.

    Raises HarnessError where nothing is approved, and where the files cannot be used.
    """
    place, registered = registry.trained(Path(), case.profile, case.id), registry.read(folder)
    found = {Path(name).stem: entry for name, entry in registered.items() if place in Path(name).parents}
    if not found:
        raise HarnessError(f"{case.id}: no result is approved for the profile {case.profile}.")
    today = registry.depends_on(case.scenario, LEG)
    for path in (path for backend in found for path in approved.paths_of(place, backend)):
        if problem := registry.problem(folder, registered, path.as_posix(), today):
            raise HarnessError(problem)
    return found


def squares(case: Case, revision: str, old: Path | None, given: Mapping[str, Any]) -> list[Square]:
    """Run the corners of each side of a case that has an approved result, by a session for each Python.

    Args:
        case: the case.
        revision: the commit of the approval; empty: that of the registry.
        old: an interpreter with the versions of the approval; None: only this one.
        given: further options of the sessions, by keyword.

    Raises HarnessError where nothing is approved, and where a session does not come to its end.
    """
    started, pythons = hub.time_name(), ["", *([f"={old}"] if old else [])]
    found = []
    for backend, entry in approvals(Path.cwd() / registry.FOLDER, case).items():
        commit = revision or entry.short_commit
        pairs = [(f"{backend}@{commit}{python}", f"{backend}{python}") for python in pythons]
        corners = [corner for pair in pairs for corner in _session(started, case, pair, given)]
        found.append(Square(case.id, backend, commit, *corners))
    return found


def _session(started: str, case: Case, pair: Sequence[str], given: Mapping[str, Any]) -> Iterator[Corner]:
    root = child.run(started, pair, f"test_{RUNG}[{case.id}]", given)
    path = root / case.id / layout.CHECKS / f"{RUNG}.json" if root else Path()
    checks = VerdictRecord.read(path).checks if path.is_file() else ()
    for side in sides.parse(",".join(pair)):
        yield Corner(tuple(check for check in checks if check.name.startswith((f"{side}.", "approved"))))
