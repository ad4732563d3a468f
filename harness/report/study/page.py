"""`studies/<scenario>/` of a hub: `study.json`, `study.md` and `index.html`, with the parity log of its doses."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from harness.files import plain, write_json, write_text
from harness.judge import dose
from harness.judge.verdict import RungVerdict
from harness.report import hub, pages
from harness.report.panels.chart import Chart, Line
from harness.report.panels.curves import SIDES
from harness.report.parity_log import log, text
from harness.report.study import points as gathering
from harness.report.study.points import Point, deviation, mean
from harness.report.tables import Table
from harness.scenario.matrix import label
from harness.scenario.studies import Study

SCHEMA_VERSION = "1.0"
FOLDER = "studies"
PHOTONS = "photons a pattern"
TITLES = {
    "pearson_r": "Correlation with the truth",
    "ssim": "Structural similarity (SSIM)",
    "ms_ssim": "Multi-scale SSIM",
    "frc50": "Resolved frequency (FRC at 0.5), cycles a pixel",
}
_DASHES = ("", " dashed", " dotted", " dashed dotted")
_VERDICT = ("line and doses", "status", "fall", "noise", "what was found")


def write(root: Path, summary: dict[str, Any]) -> None:
    """Write every dose study of a hub; `summary` is that of its session."""
    for study in gathering.of_hub(root):
        _write_study(root, study, summary)


def _write_study(root: Path, study: Study, summary: dict[str, Any]) -> None:
    folder, found = root / FOLDER / study.name, gathering.gather(root, study)
    verdict = gathering.judge(found)
    text.write(folder, log.of_cases(root, [hub.case_folder(root, case) for case in study.cases]))
    write_json(folder / "study.json", as_json(study, found, verdict))
    tables = {
        "Quality": quality_table(found),
        "Does the quality fall as the dose rises?": _verdict_table(verdict),
        "Intensity scale": _scale_table(found),
    }
    write_text(folder / "study.md", "\n".join(_markdown(study, tables, verdict)) + "\n")
    pages.write_page(
        folder / "index.html",
        "study.html",
        ("chart.js",),
        summary=summary,
        study=study,
        verdict=verdict,
        tables=tables,
        charts=[chart.drawn() for chart in _charts(found) if not chart.is_empty],
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
    trained = point.scale and {**point.scale, "trained": _over_seeds(point.scale["trained"]), "ratio": ratio(point)}
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


def ratio(point: Point) -> float | None:
    """Trained scale, its mean over the seeds, over the closed form."""
    trained = mean(point.scale["trained"]) if point.scale else None
    return None if trained is None else trained / point.scale["closed_form"]


def quality_table(found: Sequence[Point]) -> Table:
    """Mean and standard deviation of every figure: a row a side and dose."""
    header = ("line", PHOTONS, "seeds", *(word for name in dose.FIGURES for word in (name, f"{name}, std")))
    rows = [(point.line, label(point.nphotons), len(point.seeds), *_moments(point)) for point in _by_line(found)]
    return Table.of(header, rows)


def _moments(point: Point) -> Iterator[float | None]:
    for name in dose.FIGURES:
        values = point.figures.get(name, ())
        yield from (mean(values), deviation(values))


def _scale_table(found: Sequence[Point]) -> Table:
    header = ("line", PHOTONS, "used", "trained", "trained, std", "closed form", "trained / closed form")
    rows = [(point.line, label(point.nphotons), *_scales(point), ratio(point)) for point in _by_line(found)]
    return Table.of(header, rows)


def _scales(point: Point) -> tuple[float | None, ...]:
    trained = point.scale.get("trained", ())
    return point.scale.get("used"), mean(trained), deviation(trained), point.scale.get("closed_form")


def _verdict_table(verdict: RungVerdict) -> Table:
    rows = [(check.name, check.status, check.value, check.limit, check.message) for check in verdict.checks]
    return Table.of(_VERDICT, rows)


def _by_line(found: Sequence[Point]) -> list[Point]:
    """The points of each line together, the doses rising."""
    return sorted(found, key=lambda point: (point.line, point.nphotons))


def _charts(found: Sequence[Point]) -> Iterator[Chart]:
    for name, title in TITLES.items():
        values = {id(point): point.figures.get(name, ()) for point in found}
        yield _chart(f"chart-{name}", title, found, {key: (mean(v), deviation(v)) for key, v in values.items()})
    scales = {id(point): (ratio(point), None) for point in found}
    yield _chart("chart-scale", "Trained intensity scale over the closed form", found, scales)


def _chart(
    name: str, title: str, found: Sequence[Point], heights: Mapping[int, tuple[float | None, float | None]]
) -> Chart:
    """A line a side and curve; `heights`: value and half the bar of each point, by its `id`."""
    backends, curves = (list(dict.fromkeys(getattr(point, key) for point in found)) for key in ("backend", "curve"))
    lines = []
    for number, curve in enumerate(curves):
        for side, backend in zip(SIDES, backends, strict=True):
            own = [point for point in found if (point.curve, point.backend) == (curve, backend)]
            y, spread = zip(*(heights[id(point)] for point in own), strict=True)
            style = side + _DASHES[number % len(_DASHES)]
            lines.append(Line(own[0].line, style, [point.nphotons for point in own], y, spread))
    return Chart(name, title, PHOTONS, lines, log_x=True)


def _markdown(study: Study, tables: dict[str, Table], verdict: RungVerdict) -> Iterator[str]:
    yield f"# Dose study {study.name}: {verdict.status}"
    for title, table in tables.items():
        yield from ("", f"## {title}", "", *table.markdown())
    yield from ("", f"The data of every dose, stage by stage: [{text.MARKDOWN}]({text.MARKDOWN}).")
