"""`train_outputs/history_summary.json` and `training_summary.md` of each side: its training history in numbers."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path

from harness import layout, templates
from harness.files import plain, write_text
from harness.judge.evidence import Evidence
from harness.judge.telemetry import history_summary
from harness.records.history import HistorySummary
from harness.records.metrics import NonfiniteRecord
from harness.records.summary import CaseSummary
from harness.report.case_files import CaseFiles
from harness.report.tables import Table
from harness.report.telemetry.cases import SideRecords, collect

JSON, TEXT = Path(layout.TRAIN_OUTPUTS, layout.HISTORY_SUMMARY), Path(layout.TRAIN_OUTPUTS, layout.TRAINING_TEXT)
HEADER = ("metric", "min", "max", "last", "first epoch not finite", "epochs not finite")


def write(case: CaseFiles) -> SideRecords[HistorySummary]:
    """Write both files of each side of a case; returns the summaries by side, and why a side has none."""
    folder = case.folder
    sides, reasons = collect(case.plan.backends, partial(_summarise, case.evidence), folder)
    for backend, summary in sides.items():
        summary.write(folder / backend / JSON)
        write_text(folder / backend / TEXT, _text(folder.name, backend, summary))
    return SideRecords[HistorySummary](case=folder.name, sides=sides, reasons=reasons)


def _summarise(evidence: Evidence, backend: str) -> HistorySummary:
    return HistorySummary.parse(plain(history_summary(evidence, backend)), f"{backend}/{JSON}")


def table(summary: HistorySummary) -> Table:
    """A table with one row for each metric of the training."""
    rows = ((name, found.min, found.max, found.last, found.first_nonfinite, found.nonfinite_epochs)
            for name, found in summary.metrics.items())  # fmt: skip
    return Table.of(HEADER, rows)


def warnings(case: str, broken: Mapping[str, NonfiniteRecord | None]) -> list[str]:
    """A warning for each side of a case whose training broke: the first metric that was NaN or Inf, and its epoch."""
    return [
        f"warning: {case}, {backend}: {first.metric} is NaN or Inf, first in epoch {first.epoch}"
        for backend, first in broken.items()
        if first
    ]


def of_cases(cases: Iterable[CaseSummary]) -> list[str]:
    """The warnings of broken trainings for cases of `summary.json`."""
    return [
        warning
        for case in cases
        for warning in warnings(case.id, {name: side.first_nonfinite for name, side in case.backends.items()})
    ]


def _text(case: str, backend: str, summary: HistorySummary) -> str:
    warned, rows = warnings(case, {backend: summary.first_nonfinite}), table(summary)
    return templates.render(
        "telemetry/training_summary.md", case=case, backend=backend, history=summary, warnings=warned, rows=rows
    )
