"""Two hubs side by side: `comparisons/<A>..<B>/` beside the second one, as a page and as JSON; and as text."""

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from harness import layout, templates
from harness.files import write_json, write_text
from harness.judge.comparing import Pair, paired
from harness.report.trend import changes
from harness.report.trend.changes import RULE, Change
from harness.report.trend.figures import QUALITY_NOISE, SPEED_NOISE, Figure, Rung, figures_of, shown
from harness.report.trend.sessions import CaseRecord, Session, read
from harness.session import manifest

Written = Callable[[Figure | None], object]
"""How a figure is put down."""
SCHEMA_VERSION = "1.0"
FOLDER, JSON = "comparisons", "comparison.json"
NOTHING = "Nothing became worse."


@dataclass(frozen=True)
class Comparison:
    """What became of the first session in the second."""

    before: Session
    after: Session
    changes: list[Change]
    notes: list[str]
    """What makes the two less than comparable."""

    @property
    def worse(self) -> list[Change]:
        """The changes for the worse."""
        return [change for change in self.changes if change.verdict == "worse"]

    @property
    def folder(self) -> Path:
        """Where its page goes."""
        name = f"{self.before.name}..{self.after.name}".replace("/", "-")
        return self.after.folder.parent / FOLDER / name

    def lines(self) -> Iterator[str]:
        """The comparison for a terminal."""
        yield f"{self.before.name} -> {self.after.name}"
        yield from (f"note: {note}" for note in self.notes)
        yield from (change.as_text() for change in self.changes)
        yield f"{len(self.worse)} worse. {RULE}" if self.worse else f"{NOTHING} {RULE}"

    def as_json(self) -> dict[str, object]:
        """The comparison for programs; paths are relative to the folder of its page."""
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

    def shown_cases(self) -> Sequence[Mapping[str, object]]:
        """Every figure of every case on both sides, as it is written for a reader."""
        return self._cases(shown)

    def _cases(self, written: Written) -> Sequence[Mapping[str, object]]:
        cases = sorted(paired(self.before.cases, self.after.cases))
        return [{"id": case.name, "figures": list(self._rows(case, written))} for case in cases]

    def _rows(self, case: Pair[str, CaseRecord], written: Written) -> Iterator[Mapping[str, object]]:
        sides = (self.before, case.first), (self.after, case.second)
        old, new = (figures_of(session, record) if record else {} for session, record in sides)
        verdicts = {change.subject: change.verdict for change in self.changes if change.case == case.name}
        for name, before, after in paired(old, new):
            subject = changes.subject_of(name)
            ends = {"before": written(before), "after": written(after)}
            yield {"kind": name.kind, "subject": subject, **ends, "verdict": verdicts.get(subject, "")}

    def _session(self, session: Session) -> Mapping[str, str]:
        where = os.path.relpath(session.folder, self.folder)
        return {"hub": session.name, "path": where, "started": session.summary.started}


def compare(before: Path, after: Path) -> Comparison:
    """Hold two hubs against each other.

    Raises HarnessError when one is no hub, its summary cannot be read, or its files differ from its manifest.
    """
    one, other = read(before), read(after)
    for root in (before, after):
        manifest.require_unchanged(root)
    return Comparison(one, other, changes.between(one, other), changes.asked_differently(one, other))


def write(comparison: Comparison) -> Path:
    """Write page and JSON; returns the page."""
    record = comparison.as_json()
    write_json(comparison.folder / JSON, record)
    context = {"comparison": record, "cases": comparison.shown_cases(), "nothing": NOTHING}
    write_text(comparison.folder / layout.INDEX, templates.render("trend/comparison.html", **context))
    return comparison.folder / layout.INDEX


def _raw(figure: Figure | None) -> object:
    """A figure for programs."""
    return {"status": figure.status, "margin": figure.margin} if isinstance(figure, Rung) else figure
