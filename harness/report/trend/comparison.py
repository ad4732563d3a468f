"""Compares two hubs: `comparisons/<A>..<B>/` beside the second one, as a page and as JSON; and as text."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from harness import layout, templates
from harness.files import write_json, write_text
from harness.judge.comparing import Pair, paired
from harness.report.trend import changes
from harness.report.trend.changes import RULE, Change
from harness.report.trend.quantities import QUALITY_NOISE, SPEED_NOISE, Rung, Value, formatted, values_of
from harness.report.trend.sessions import Session, SessionCase, read
from harness.session import manifest

Formatter = Callable[[Value | None], object]
"""How a value is written: as text for a page, or as numbers for JSON."""
SCHEMA_VERSION = "1.0"
FOLDER, JSON = "comparisons", "comparison.json"
NOTHING = "Nothing became worse."


@dataclass(frozen=True)
class Comparison:
    """The comparison of two sessions, the earlier and the later one."""

    before: Session
    after: Session
    changes: list[Change]
    notes: list[str]
    """Why the two sessions are not fully comparable, a sentence each."""

    @property
    def worse(self) -> list[Change]:
        """The changes with the verdict `worse`."""
        return [change for change in self.changes if change.verdict == "worse"]

    @property
    def folder(self) -> Path:
        """Folder of the page and of the JSON file."""
        name = f"{self.before.name}..{self.after.name}".replace("/", "-")
        return self.after.folder.parent / FOLDER / name

    def told(self) -> Iterator[str]:
        """What became worse, better and otherwise different, each case at its lowest rung, and which cases stayed."""
        yield from (change.as_text() for change in changes.folded(self.changes))
        moved = {change.case for change in self.changes}
        if stayed := [case for case in self.after.cases if case not in moved]:
            yield f"stayed: {', '.join(stayed)}"

    def lines(self) -> Iterator[str]:
        """The comparison as lines of text for the terminal."""
        yield f"{self.before.name} -> {self.after.name}"
        yield f"code: {self.before.code} -> {self.after.code}"
        yield from (f"note: {note}" for note in self.notes)
        yield from (change.as_text() for change in changes.folded(self.changes))
        yield f"{len(self.worse)} worse. {RULE}" if self.worse else f"{NOTHING} {RULE}"

    def as_json(self) -> dict[str, object]:
        """Contents of `comparison.json`; paths are relative to its folder."""
        return {
            "schema_version": SCHEMA_VERSION,
            "before": self._session(self.before),
            "after": self._session(self.after),
            "rule": RULE,
            "quality_noise": QUALITY_NOISE,
            "speed_noise": SPEED_NOISE,
            "notes": self.notes,
            "worse": len(self.worse),
            "changes": [asdict(change) for change in self.changes],
            "cases": self._cases(_raw),
        }

    def formatted_cases(self) -> Sequence[Mapping[str, object]]:
        """All quantities of all cases in both sessions, formatted for the page."""
        return self._cases(formatted)

    def _cases(self, formatter: Formatter) -> Sequence[Mapping[str, object]]:
        cases = sorted(paired(self.before.cases, self.after.cases))
        return [
            {"id": case.name, "figures": list(self._rows(case, formatter)), "pictures": self._pictures(case.name)}
            for case in cases
        ]

    def _pictures(self, case: str) -> list[str]:
        """The picture of all sides of a case in both sessions, as paths from the page; none where one is missing."""
        found = [session.folder / case / layout.COMPARISON / layout.MONTAGE for session in (self.before, self.after)]
        return [os.path.relpath(path, self.folder) for path in found] if all(path.is_file() for path in found) else []

    def _rows(self, case: Pair[str, SessionCase], formatter: Formatter) -> Iterator[Mapping[str, object]]:
        sides = (self.before, case.first), (self.after, case.second)
        old, new = (values_of(session, record) if record else {} for session, record in sides)
        verdicts = {change.subject: change.verdict for change in self.changes if change.case == case.name}
        for name, before, after in paired(old, new):
            subject = changes.subject_of(name)
            ends = {"before": formatter(before), "after": formatter(after)}
            yield {"kind": name.kind, "subject": subject, **ends, "verdict": verdicts.get(subject, "")}

    def _session(self, session: Session) -> Mapping[str, str]:
        where = os.path.relpath(session.folder, self.folder)
        return {"hub": session.name, "path": where, "started": session.summary.started, "code": session.code}


def compare(before: Path, after: Path) -> Comparison:
    """Compare two hubs."""
    one, other = read(before), read(after)
    for root in (before, after):
        manifest.require_unchanged(root)
    notes, one, other = changes.caveats(one, other), one.by_backend(), other.by_backend()
    return Comparison(one, other, changes.between(one, other), notes)


def write(comparison: Comparison) -> Path:
    """Write `comparison.json` and `index.html` of the comparison; returns the path of the page."""
    record = comparison.as_json()
    write_json(comparison.folder / JSON, record)
    told = {"changes": changes.folded(comparison.changes), "nothing": NOTHING}
    context = {"comparison": record, "cases": comparison.formatted_cases(), **told}
    write_text(comparison.folder / layout.INDEX, templates.render("trend/comparison.html", **context))
    return comparison.folder / layout.INDEX


def _raw(value: Value | None) -> object:
    """A value as it stands in `comparison.json`."""
    return {"status": value.status, "margin": value.margin} if isinstance(value, Rung) else value
