"""The charts of a dose study: every quality metric, and the intensity scale, over the dose."""

from collections.abc import Callable, Iterator, Sequence
from functools import partial
from itertools import cycle

from harness.judge import dose
from harness.report.panels.chart import Chart, Line
from harness.report.panels.curves import SIDES
from harness.report.study.points import PHOTONS, Point, deviation, mean

_LINE_STYLES = ("", " dashed", " dotted", " dashed dotted")


Bar = tuple[float | None, float | None]
"""A value, and half the length of its error bar."""


def charts(found: Sequence[Point]) -> Iterator[Chart]:
    """One chart for each metric, with one line for each side and curve; error bars are one standard deviation."""
    for name, title in dose.DOSE_METRICS.items():
        yield _chart(f"chart-{name}", title, found, partial(_quality, name))
    yield _chart("chart-scale", "Trained intensity scale over the closed form", found, _scale)


def _quality(name: str, point: Point) -> Bar:
    values = point.figures.get(name, ())
    return mean(values), deviation(values)


def _scale(point: Point) -> Bar:
    if point.scale is None or (spread := deviation(point.scale.trained)) is None:
        return point.ratio, None
    return point.ratio, spread / point.scale.closed_form


def _chart(name: str, title: str, found: Sequence[Point], bar: Callable[[Point], Bar]) -> Chart:
    backends, curves = (list(dict.fromkeys(getattr(point, key) for point in found)) for key in ("backend", "curve"))
    lines = []
    for dashes, curve in zip(cycle(_LINE_STYLES), curves, strict=False):
        for side, backend in zip(SIDES, backends, strict=True):
            own = [point for point in found if (point.curve, point.backend) == (curve, backend)]
            y, spread = zip(*map(bar, own), strict=True)
            lines.append(Line(own[0].line, side + dashes, [point.nphotons for point in own], y, spread))
    return Chart(name, title, PHOTONS, lines, log_x=True)
