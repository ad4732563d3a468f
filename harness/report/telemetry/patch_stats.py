"""`inference_outputs/patch_stats.md` of each side: the statistics in `patch_stats.json` as tables.

The inference leg lists single patches only with the option `--parity-log-patch-stats`.
"""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from harness import layout, templates
from harness.files import write_text
from harness.judge.truth import PARTS
from harness.records.patch_stats import PatchRecord, PatchStatistics, PatchStats, PatchSummary
from harness.report.case_files import CaseFiles
from harness.report.tables import Table
from harness.report.telemetry.cases import SideRecords, collect

JSON, TEXT = Path(layout.INFERENCE_OUTPUTS, layout.PATCH_STATS), Path(layout.INFERENCE_OUTPUTS, layout.PATCH_STATS_TEXT)
NOT_KEPT = "No patch was listed by itself: the session was not asked to (--parity-log-patch-stats)."


def write(case: CaseFiles) -> SideRecords[PatchStats]:
    """Write the Markdown of each side of a case; returns the contents of the JSON by side, and why a side has none."""
    folder, evidence = case.folder, case.evidence

    def stats(backend: str) -> PatchStats:
        return evidence.parsed(Path(backend) / JSON, PatchStats)

    sides, reasons = collect(case.plan.backends, stats, folder)
    for backend, found in sides.items():
        text = templates.render(
            "telemetry/patch_stats.md",
            case=folder.name,
            backend=backend,
            stats=found,
            rows=table(found),
            patches=listing(found),
            not_kept=NOT_KEPT,
        )
        write_text(folder / backend / TEXT, text)
    return SideRecords[PatchStats](case=folder.name, sides=sides, reasons=reasons)


def table(stats: PatchStats) -> Table:
    """A table over all patches: one row for the amplitude and one for the phase."""
    parts = zip(PARTS, (stats.amplitude, stats.phase), strict=True)
    header = ("part", *PatchSummary.model_fields)
    return Table.of(header, ((part, *found.model_dump().values()) for part, found in parts))


def listing(stats: PatchStats) -> Table | None:
    """A table with one row for each listed patch and part, of inference and training; None where none were listed."""
    if stats.inference_groups is None:
        return None
    lists = {"inference": stats.inference_groups}
    lists |= {f"training batch {number}": rows for number, rows in enumerate(stats.training_batches or ())}
    return Table.of(("where", "group", "channel", "part", *PatchStatistics.model_fields), _patch_rows(lists))


def _patch_rows(lists: Mapping[str, Sequence[PatchRecord]]) -> Iterator[Sequence[object]]:
    for where, rows in lists.items():
        for row in rows:
            for part, found in zip(PARTS, (row.amplitude, row.phase), strict=True):
                yield (where, row.group, row.channel, part, *found.model_dump().values())
