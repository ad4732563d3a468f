"""`studies/<scenario>/` of a hub: `study.json`, `study.md` and `index.html`, with the parity log of its doses."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from harness import layout, templates
from harness.files import plain, write_json, write_text
from harness.judge import dose
from harness.judge.verdict import RungVerdict
from harness.report import pages
from harness.report.parity_log import log, text
from harness.report.study import curves, points, tables
from harness.report.study.points import Point, deviation, mean
from harness.scenario.studies import Study
from harness.session import hub

SCHEMA_VERSION = "1.0"


def write(root: Path, summary: dict[str, Any]) -> None:
    """Write every dose study of a hub; `summary` is that of its session."""
    for study in points.of_hub(root):
        _write_study(root, study, summary)


def _write_study(root: Path, study: Study, summary: dict[str, Any]) -> None:
    folder, found = root / layout.STUDIES / study.name, points.gather(root, study)
    verdict = points.judge(found)
    text.write(folder, log.of_cases(root, [hub.case_folder(root, case) for case in study.cases]))
    write_json(folder / layout.STUDY, as_json(study, found, verdict))
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
        charts=[chart.drawn() for chart in curves.charts(found) if not chart.is_empty],
        level=dose.LEVEL,
    )


def as_json(study: Study, found: Sequence[Point], verdict: RungVerdict) -> dict[str, Any]:
    """What `study.json` holds: every point with its values over the seeds, mean and deviation, and the verdict."""
    return plain(
        {
            "schema_version": SCHEMA_VERSION,
            "scenario": study.name,
            "points": [_point(point) for point in found],
            "verdict": {"status": verdict.status, **verdict.as_json()},
        }
    )


def _point(point: Point) -> dict[str, Any]:
    trained = point.scale and {**point.scale, "trained": _over_seeds(point.scale["trained"]), "ratio": point.ratio}
    return {
        "case": point.case,
        "nphotons": point.nphotons,
        "curve": point.curve,
        "backend": point.backend,
        "seeds": point.seeds,
        "figures": {name: _over_seeds(values) for name, values in point.figures.items()},
        "intensity_scale": trained or None,
        "reason": point.reason or None,
    }


def _over_seeds(values: Sequence[float | None]) -> dict[str, Any]:
    return {"values": values, "mean": mean(values), "std": deviation(values)}
