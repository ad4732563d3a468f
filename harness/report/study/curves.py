"""The curves of a dose study: every figure, and the intensity scale, over the dose."""

from collections.abc import Iterator, Mapping, Sequence

from harness.report.panels.chart import Chart, Line
from harness.report.panels.curves import SIDES
from harness.report.study.points import PHOTONS, Point, deviation, mean

TITLES = {
    "pearson_r": "Correlation with the truth",
    "ssim": "Structural similarity (SSIM)",
    "ms_ssim": "Multi-scale SSIM",
    "frc50": "Resolved frequency (FRC at 0.5), cycles a pixel",
}
_DASHES = ("", " dashed", " dotted", " dashed dotted")


def charts(found: Sequence[Point]) -> Iterator[Chart]:
    """One chart a figure, a line a side and curve; bars are one standard deviation over the seeds."""
    for name, title in TITLES.items():
        values = {id(point): point.figures.get(name, ()) for point in found}
        yield _chart(f"chart-{name}", title, found, {key: (mean(v), deviation(v)) for key, v in values.items()})
    scales = {id(point): (point.ratio, None) for point in found}
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
