"""The tables of a dose study: quality metrics, verdict, and intensity scale."""

from collections.abc import Iterator, Mapping, Sequence

from harness.judge import dose
from harness.judge.verdict import RungVerdict
from harness.report.study.points import PHOTONS, Point, deviation, mean
from harness.report.tables import Table
from harness.scenario.matrix import label


def tables(found: Sequence[Point], verdict: RungVerdict) -> Mapping[str, Table]:
    """The tables of a dose study by title."""
    return {
        "Quality": _quality(found),
        "Does the quality fall as the dose rises?": _verdict(verdict),
        "Intensity scale": _scale(found),
    }


def _quality(found: Sequence[Point]) -> Table:
    """Mean and standard deviation of every metric, one row for each side and dose."""
    header = ("line", PHOTONS, "seeds", *(word for name in dose.DOSE_METRICS for word in (name, f"{name}, std")))
    rows = [(point.line, label(point.nphotons), len(point.seeds), *_moments(point)) for point in _by_line(found)]
    return Table.of(header, rows)


def _moments(point: Point) -> Iterator[float | None]:
    for name in dose.DOSE_METRICS:
        values = point.figures.get(name, ())
        yield from (mean(values), deviation(values))


def _scale(found: Sequence[Point]) -> Table:
    header = ("line", PHOTONS, "used", "trained", "trained, std", "closed form", "trained / closed form")
    rows = [(point.line, label(point.nphotons), *_scales(point), point.ratio) for point in _by_line(found)]
    return Table.of(header, rows)


def _scales(point: Point) -> tuple[float | None, ...]:
    found = point.scale
    if found is None:
        return None, None, None, None
    return found.used, mean(found.trained), deviation(found.trained), found.closed_form


def _verdict(verdict: RungVerdict) -> Table:
    rows = [(check.name, check.status, check.value, check.limit, check.message) for check in verdict.checks]
    return Table.of(("line and doses", "status", "fall", "noise", "what was found"), rows)


def _by_line(found: Sequence[Point]) -> list[Point]:
    """The points sorted by line, then by rising dose."""
    return sorted(found, key=lambda point: (point.line, point.nphotons))
