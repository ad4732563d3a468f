"""`comparison/stats_<candidate>_over_<baseline>.json` and `.md`: statistics of two sides held against each other.

The sides may be those of one case, or of two cases or sessions; the files lie with the candidate's case.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.errors import HarnessError
from harness.files import plain, write_json, write_text
from harness.judge import statistics
from harness.records.case import CaseRecord
from harness.report.tables import Table
from harness.report.telemetry.cases import seal_again
from harness.session import case_runner, hub, manifest

HEADER = ("part", "figure", "baseline", "candidate", "ratio", "difference", "status")


@dataclass(frozen=True)
class Side:
    """The folder of one side of a case in a hub, `HUB/CASE/BACKEND`."""

    folder: Path

    @classmethod
    def at(cls, folder: Path) -> "Side":
        """Raises HarnessError when the folder is not that of a side, or its hub was changed."""
        side = cls(folder.resolve())
        case = CaseRecord.read_if_whole(side.case / layout.CASE)
        if case is None or side.folder.name not in case.backends:
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
        backends = hub.read_case(self.case).backends
        return statistics.of_side(case_runner.settled_evidence(self.case, backends), self.folder.name)


def write(baseline: Path, candidate: Path) -> tuple[dict[str, Any], Path]:
    """Compare two sides and write both files; returns what the JSON holds, and its path.

    Raises HarnessError when one of the folders is no side of a case, or holds no statistics.
    """
    one, other = Side.at(baseline), Side.at(candidate)
    record: dict[str, Any] = plain(
        {
            "baseline": one.label,
            "candidate": other.label,
            **statistics.compared(one.figures(), other.figures()),
        }
    )
    path = other.case / layout.COMPARISON / f"stats_{other.folder.name}_over_{_name(one, other)}.json"
    write_json(path, record)
    write_text(path.with_suffix(".md"), templates.render("telemetry/stats.md", record=record, rows=table(record)))
    seal_again(other.hub)
    return record, path


def is_blocked(record: Mapping[str, Any]) -> bool:
    """Whether a ratio could not be had."""
    return any(found["status"] != statistics.COMPARED for _, _, found in _entries(record))


def table(record: Mapping[str, Any]) -> Table:
    """One row a figure."""
    rows = ((part, name, *(found[key] for key in HEADER[2:])) for part, name, found in _entries(record))
    return Table.of(HEADER, rows)


def _name(baseline: Side, candidate: Side) -> str:
    """The baseline as part of a file name, as short as it is clear beside the candidate."""
    if baseline.case == candidate.case:
        return baseline.folder.name
    return baseline.label.replace("/", "_")


def _entries(record: Mapping[str, Any]) -> Iterator[tuple[str, str, Mapping[str, Any]]]:
    for part in ("patches", "canvas"):
        for name, found in record[part].items():
            yield part, name, found
