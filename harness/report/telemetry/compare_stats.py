"""`comparison/stats_<candidate>_over_<baseline>.json` and `.md`: the statistics of two sides compared.

The sides may belong to one case, to two cases or to two sessions; the files are written to the case of the candidate.
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
from harness.report.telemetry.cases import update_manifest
from harness.session import manifest

HEADER = ("part", "figure", "baseline", "candidate", "ratio", "difference", "status")


@dataclass(frozen=True)
class Side:
    """One side of a case in a hub, given by its folder `HUB/CASE/BACKEND`."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Side":
        """The side with this folder; raises HarnessError when it is that of no side, or its hub was changed."""
        side = cls(folder.resolve())
        plan = CaseRecord.read_if_whole(side.case / layout.CASE)
        if plan is None or side.folder.name not in plan.backends:
            raise HarnessError(
                f"{folder}: is not a side of a case; name HUB/CASE/BACKEND, such as reports/latest/gs1_custom/torch."
            )
        manifest.require_unchanged(side.hub)
        return side

    @property
    def case(self) -> Path:
        """Folder of the case that the side belongs to."""
        return self.folder.parent

    @property
    def hub(self) -> Path:
        """Folder of the hub that the side belongs to."""
        return self.case.parent

    @property
    def label(self) -> str:
        """Name of the side in the report: `HUB/CASE/BACKEND`."""
        return "/".join(self.folder.parts[-3:])

    def statistics(self) -> dict[str, dict[str, float]]:
        """Statistics of the amplitude of its patches and of its canvas; raises HarnessError when a file is missing."""
        return statistics.of_side(CaseFiles(self.case).evidence, self.folder.name)


def write(baseline: Path, candidate: Path) -> tuple[ComparedStatistics, Path]:
    """Compare two sides and write both files; returns the contents of the JSON file, and its path.

    Raises HarnessError when one of the folders is no side of a case, or lacks files.
    """
    one, other = Side.at(baseline), Side.at(candidate)
    compared = plain(statistics.compared(one.statistics(), other.statistics()))
    record = ComparedStatistics(baseline=one.label, candidate=other.label, **compared)
    path = other.case / layout.COMPARISON / f"stats_{other.folder.name}_over_{_name(one, other)}.json"
    record.write(path)
    write_text(path.with_suffix(".md"), templates.render("telemetry/stats.md", record=record, rows=table(record)))
    update_manifest(other.hub)
    return record, path


def is_blocked(record: ComparedStatistics) -> bool:
    """Whether any ratio could not be computed."""
    return any(found.status != statistics.COMPARED for _, _, found in _entries(record))


def table(record: ComparedStatistics) -> Table:
    """A table with one row for each statistic of patches and canvas."""
    rows = ((part, name, *found.model_dump().values()) for part, name, found in _entries(record))
    return Table.of(HEADER, rows)


def _name(baseline: Side, candidate: Side) -> str:
    """The baseline as part of a file name: its backend, and its hub and case if they are not those of the candidate."""
    if baseline.case == candidate.case:
        return baseline.folder.name
    return baseline.label.replace("/", "_")


def _entries(record: ComparedStatistics) -> Iterator[tuple[str, str, ComparedValue]]:
    for part, statistics_ in (("patches", record.patches), ("canvas", record.canvas)):
        for name, found in statistics_.items():
            yield part, name, found
