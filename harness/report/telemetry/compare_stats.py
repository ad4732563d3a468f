"""`comparison/stats_<candidate>_over_<baseline>.json` and `.md`: statistics of two sides held against each other.

The sides may be those of one case, or of two cases or sessions; the files lie with the candidate's case.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import plain, write_text
from harness.judge import statistics
from harness.records.case import CaseRecord
from harness.records.statistics import ComparedStatistics, ComparedValue
from harness.report.case_files import CaseFiles
from harness.report.tables import Table
from harness.report.telemetry.cases import seal_again
from harness.session import manifest

HEADER = ("part", "figure", "baseline", "candidate", "ratio", "difference", "status")


@dataclass(frozen=True)
class Side:
    """The folder of one side of a case in a hub, `HUB/CASE/BACKEND`."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Side":
        """Raises HarnessError when the folder is not that of a side, or its hub was changed."""
        side = cls(folder.resolve())
        asked = CaseRecord.read_if_whole(side.case / layout.CASE)
        if asked is None or side.folder.name not in asked.backends:
            raise HarnessError(
                f"{folder}: is not a side of a case; name HUB/CASE/BACKEND, such as reports/latest/gs1_custom/torch."
            )
        manifest.require_unchanged(side.hub)
        return side

    @property
    def case(self) -> Path:
        """Folder of its case."""
        return self.folder.parent

    @property
    def hub(self) -> Path:
        """Folder of its session."""
        return self.case.parent

    @property
    def label(self) -> str:
        """`HUB/CASE/BACKEND`."""
        return "/".join(self.folder.parts[-3:])

    def figures(self) -> dict[str, dict[str, float]]:
        """Statistics of its patches and its canvas; raises HarnessError when they cannot be had."""
        return statistics.of_side(CaseFiles(self.case).evidence, self.folder.name)


def write(baseline: Path, candidate: Path) -> tuple[ComparedStatistics, Path]:
    """Compare two sides and write both files; returns what the JSON holds, and its path.

    Raises HarnessError when one of the folders is no side of a case, or holds no statistics.
    """
    one, other = Side.at(baseline), Side.at(candidate)
    compared = plain(statistics.compared(one.figures(), other.figures()))
    record = ComparedStatistics(baseline=one.label, candidate=other.label, **compared)
    path = other.case / layout.COMPARISON / f"stats_{other.folder.name}_over_{_name(one, other)}.json"
    record.write(path)
    write_text(path.with_suffix(".md"), templates.render("telemetry/stats.md", record=record, rows=table(record)))
    seal_again(other.hub)
    return record, path


def is_blocked(record: ComparedStatistics) -> bool:
    """Whether a ratio could not be had."""
    return any(found.status != statistics.COMPARED for _, _, found in _entries(record))


def table(record: ComparedStatistics) -> Table:
    """One row a figure."""
    rows = ((part, name, *found.model_dump().values()) for part, name, found in _entries(record))
    return Table.of(HEADER, rows)


def _name(baseline: Side, candidate: Side) -> str:
    """The baseline as part of a file name, as short as it is clear beside the candidate."""
    if baseline.case == candidate.case:
        return baseline.folder.name
    return baseline.label.replace("/", "_")


def _entries(record: ComparedStatistics) -> Iterator[tuple[str, str, ComparedValue]]:
    for part, figures in (("patches", record.patches), ("canvas", record.canvas)):
        for name, found in figures.items():
            yield part, name, found
