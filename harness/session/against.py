"""The working tree against a revision: the sessions that this takes, and which sides have other code there.

One session judges the pair at the revision, one as it lies here, and then each side whose results have other keys is
judged against itself at the revision.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from harness import layout
from harness.errors import HarnessError
from harness.records import jobs
from harness.run.plan import CROSS_LEGS
from harness.run.sides import Side
from harness.scenario.names import backend_of
from harness.session import child, hub
from harness.session.request import Request


@dataclass
class Against:
    """One comparison with a revision: runs its sessions, each by pytest with a hub of its own."""

    revision: str
    select: str
    """As pytest's `-k`; empty for every case."""
    forwarded: Mapping[str, Any]
    """Options of a session, by keyword, that every session gets."""
    started: str = field(default_factory=hub.time_name)

    def session(self, sides: Sequence[str], cases: Sequence[str]) -> Path | None:
        """Run a session between two sides; returns its hub, or None where none of the cases is selected.

        Raises HarnessError where pytest does not come to its end.
        """
        among = " or ".join(cases)
        select = f"({self.select}) and ({among})" if self.select else among
        return child.run(self.started, sides, select, self.forwarded)

    def at_revision(self, side: str) -> str:
        """Name of a side at the revision."""
        return f"{side}@{self.revision}"

    def sides_with_other_code(self, was: Path, here: Path, pair: Sequence[str]) -> list[str]:
        """The sides of which a result has another key in the two sessions: code, versions or inputs differ."""
        return [side for side in pair if _keys(was, side) != _keys(here, side)]


def require_plain(sides: Iterable[Side]) -> None:
    """Raise HarnessError for a side that is more than its backend."""
    for side in sides:
        if side.name != side.backend:
            found = f"found {side.name}; allowed: backends alone, such as {side.backend}"
            raise HarnessError(f"--parity-backends: {found}.")


def pairs(request: Request) -> dict[tuple[str, str], list[str]]:
    """The cases by the names of their sides."""
    found: dict[tuple[str, str], list[str]] = {}
    for case in request.cases():
        found.setdefault(request.backends_of(case), []).append(case.id)
    return found


def _keys(root: Path, side: str) -> dict[tuple[str, str], str | None]:
    """Keys of a side's results, at any revision, by case and leg; without legs that start from the other side's."""
    return {
        (folder.name, job.leg): job.key
        for folder in hub.case_folders(root)
        for job in jobs.read_if_whole(folder / layout.JOBS)
        if backend_of(job.backend) == side and job.leg not in CROSS_LEGS
    }
