"""`train_outputs/history_summary.json` and `training_summary.md` of each side: a training in figures."""

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
from harness.report.telemetry.cases import OfSides, gathered

JSON, TEXT = Path(layout.TRAIN_OUTPUTS, layout.HISTORY_SUMMARY), Path(layout.TRAIN_OUTPUTS, layout.TRAINING_TEXT)
HEADER = ("metric", "min", "max", "last", "first epoch not finite", "epochs not finite")


def write(case: CaseFiles) -> OfSides[HistorySummary]:
    """Write both files of each side of a case; returns the figures of the sides, and why there are none."""
    folder = case.folder
    sides, reasons = gathered(case.asked.backends, partial(_figures, case.evidence), folder)
    for backend, figures in sides.items():
        figures.write(folder / backend / JSON)
        write_text(folder / backend / TEXT, _text(folder.name, backend, figures))
    return OfSides[HistorySummary](case=folder.name, sides=sides, reasons=reasons)


def _figures(evidence: Evidence, backend: str) -> HistorySummary:
    return HistorySummary.parse(plain(history_summary(evidence, backend)), f"{backend}/{JSON}")


def table(figures: HistorySummary) -> Table:
    """One row a metric."""
    rows = ((name, found.min, found.max, found.last, found.first_nonfinite, found.nonfinite_epochs)
            for name, found in figures.metrics.items())  # fmt: skip
    return Table.of(HEADER, rows)


def warnings(case: str, broken: Mapping[str, NonfiniteRecord | None]) -> list[str]:
    """A sentence for each side of a case whose training broke: by name the first metric that did."""
    return [
        f"warning: {case}, {backend}: {first.metric} is NaN or Inf, first in epoch {first.epoch}"
        for backend, first in broken.items()
        if first
    ]


def of_cases(cases: Iterable[CaseSummary]) -> list[str]:
    """The same warnings for the cases of `summary.json`."""
    return [
        warning
        for case in cases
        for warning in warnings(case.id, {name: side.first_nonfinite for name, side in case.backends.items()})
    ]


def _text(case: str, backend: str, figures: HistorySummary) -> str:
    told, rows = warnings(case, {backend: figures.first_nonfinite}), table(figures)
    return templates.render(
        "telemetry/training_summary.md", case=case, backend=backend, figures=figures, warnings=told, rows=rows
    )
