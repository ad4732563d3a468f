"""Writes `studies/<scenario>/` of a hub: `study.json`, `study.md`, `index.html` and the parity log of the doses."""

from collections.abc import Sequence
from pathlib import Path

from harness import layout, templates
from harness.files import write_text
from harness.judge import dose
from harness.judge.verdict import RungVerdict
from harness.records.study import OverSeeds, PointRecord, ScaleOverSeeds, StudyRecord, StudyVerdict
from harness.records.summary import Summary
from harness.report import pages
from harness.report.case_files import CaseFiles
from harness.report.parity_log import log, text
from harness.report.study import curves, points, tables
from harness.report.study.points import Point, Scale, deviation, mean
from harness.scenario.studies import Study
from harness.session import hub

SCHEMA_VERSION = "1.0"


def write(root: Path, cases: Sequence[CaseFiles], summary: Summary) -> None:
    """Write every dose study among the cases of a hub; `summary` is the summary of the session."""
    for study in points.studies_of(cases):
        _write_study(root, study, points.gather(cases, study), summary)


def _write_study(root: Path, study: Study, found: Sequence[Point], summary: Summary) -> None:
    folder = root / layout.STUDIES / study.name
    verdict = points.judge(found)
    text.write(folder, log.of_cases(root, [hub.case_folder(root, case) for case in study.cases]))
    record(study, found, verdict).write(folder / layout.STUDY)
    shown = tables.tables(found, verdict)
    write_text(folder / layout.STUDY_TEXT, templates.render("study.md", study=study, tables=shown, verdict=verdict))
    pages.write_page(
        folder / layout.INDEX,
        "study.html",
        ("chart.js",),
        summary=summary,
        study=study,
        verdict=verdict,
        tables=shown,
        charts=[chart.geometry() for chart in curves.charts(found) if not chart.is_empty],
        level=dose.LEVEL,
    )


def record(study: Study, found: Sequence[Point], verdict: RungVerdict) -> StudyRecord:
    """Contents of `study.json`: every point with its values over the seeds, mean and deviation, and the verdict."""
    return StudyRecord(
        schema_version=SCHEMA_VERSION,
        scenario=study.name,
        points=tuple(_point(point) for point in found),
        verdict=StudyVerdict(status=verdict.status, rung=verdict.rung, checks=verdict.checks),
    )


def _point(point: Point) -> PointRecord:
    return PointRecord(
        case=point.case,
        nphotons=point.nphotons,
        curve=point.curve,
        backend=point.backend,
        seeds=tuple(point.seeds),
        figures={name: _over_seeds(values) for name, values in point.figures.items()},
        intensity_scale=point.scale and _scale(point.scale, point.ratio),
        reason=point.reason or None,
    )


def _scale(found: Scale, ratio: float | None) -> ScaleOverSeeds:
    trained = _over_seeds(found.trained)
    return ScaleOverSeeds(used=found.used, trained=trained, closed_form=found.closed_form, ratio=ratio)


def _over_seeds(values: Sequence[float | None]) -> OverSeeds:
    return OverSeeds(values=tuple(values), mean=mean(values), std=deviation(values))
