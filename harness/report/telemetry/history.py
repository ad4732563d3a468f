"""`train_outputs/history_summary.json` and `training_summary.md` of each side: a training in figures."""

from collections.abc import Iterable, Mapping
from functools import partial
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.files import plain, write_json, write_text
from harness.judge.evidence import Evidence
from harness.judge.telemetry import history_figures
from harness.report.tables import Table
from harness.report.telemetry.cases import gathered

JSON, TEXT = Path(layout.TRAIN_OUTPUTS, layout.HISTORY_SUMMARY), Path(layout.TRAIN_OUTPUTS, layout.TRAINING_TEXT)
FIGURES = ("min", "max", "last", "first_nonfinite", "nonfinite_epochs")
HEADER = ("metric", "min", "max", "last", "first epoch not finite", "epochs not finite")


def write(evidence: Evidence) -> dict[str, Any]:
    """Write both files of each side of a case; returns the figures of the sides, and why there are none."""
    folder = evidence.case_dir
    found, reasons = gathered(evidence.backends, partial(history_figures, evidence), folder)
    sides: dict[str, Any] = plain(found)
    for backend, figures in sides.items():
        write_json(folder / backend / JSON, figures)
        write_text(folder / backend / TEXT, _text(folder.name, backend, figures))
    return {"case": folder.name, "sides": sides, "reasons": reasons}


def table(figures: Mapping[str, Any]) -> Table:
    """One row a metric."""
    return Table.of(HEADER, ((name, *(found[key] for key in FIGURES)) for name, found in figures["metrics"].items()))


def warnings(cases: Iterable[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """A sentence for each side of a case whose training broke; its figures name the first metric that did."""
    return [
        f"warning: {case}, {backend}: {broken['metric']} is NaN or Inf, first in epoch {broken['epoch']}"
        for case, sides in cases
        for backend, side in sides.items()
        if (broken := side["first_nonfinite"])
    ]


def of_summary(summary: Mapping[str, Any]) -> list[str]:
    """The same warnings for the cases of `summary.json`."""
    return warnings((case["id"], case["backends"]) for case in summary["cases"])


def _text(case: str, backend: str, figures: Mapping[str, Any]) -> str:
    told, rows = warnings([(case, {backend: figures})]), table(figures)
    return templates.render(
        "telemetry/training_summary.md", case=case, backend=backend, figures=figures, warnings=told, rows=rows
    )
