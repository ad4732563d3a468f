"""Geometry of line charts in SVG: the pixels of all lines, ticks and marks, and the values that hovering shows."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import TypedDict

from harness.scenario.matrix import label

WIDTH, HEIGHT = 640.0, 300.0
LEFT, RIGHT, TOP, BOTTOM = 66.0, 14.0, 12.0, 42.0
"""Pixels of the SVG: its size, and the margins around the plot for ticks and labels."""
_TICKS = 5
"""About how many ticks a linear axis gets."""
_DECADES = 7
"""Largest number of powers of ten that get a tick on a logarithmic axis."""
_CAP = 4
"""Pixels from the middle of an error bar to the end of its caps."""
_ROOM = 0.04
"""Share of the range of the y axis that is left free above and below the lines."""


@dataclass(frozen=True)
class Line:
    """One curve; a value of None leaves a gap."""

    name: str
    style: str
    """Classes of the style sheet, such as `reference`, `candidate` or `dashed`."""
    x: Sequence[float]
    y: Sequence[float | None]
    spread: Sequence[float | None] = ()
    """Half the length of the error bar at each value; empty for no error bars."""


@dataclass(frozen=True)
class Mark:
    """A vertical line with a text, such as the first epoch whose loss is not finite."""

    x: float
    text: str
    style: str


class Plot(TypedDict):
    """Edges of the plot area in pixels of the SVG."""

    left: float
    right: float
    top: float
    bottom: float


class LineGeometry(TypedDict):
    """One curve in pixels of the SVG."""

    line: Line
    runs: list[list[tuple[float, float]]]
    """The points (x, y) of each piece of the curve between two gaps."""
    path: str
    """All pieces as the data of one SVG path."""
    bars: str
    """All error bars as the data of one SVG path."""


class LineValues(TypedDict):
    """The values of one curve, rounded to six digits; None where a value is missing or not finite."""

    name: str
    style: str
    x: list[float | None]
    y: list[float | None]


class Values(TypedDict):
    """The values that `chart.js` shows under the pointer; `left` and `right` are the ends of the x axis."""

    left: float
    right: float
    x: str
    log: bool
    lines: list[LineValues]


class ChartGeometry(TypedDict):
    """What the template `chart.html` draws: paths, ticks and marks in pixels, and the values for hovering."""

    chart: "Chart"
    width: float
    height: float
    plot: Plot
    lines: list[LineGeometry]
    shade: str
    x_ticks: list[tuple[float, str]]
    y_ticks: list[tuple[float, str]]
    marks: list[tuple[float, Mark]]
    values: Values


@dataclass(frozen=True)
class Chart:
    """A chart: curves over one x axis."""

    id: str
    title: str
    x_label: str
    lines: Sequence[Line]
    log: bool = False
    """Whether the y axis is logarithmic; values that are not positive then leave gaps."""
    marks: Sequence[Mark] = field(default=())
    below: str = ""
    """Name of the line below which the chart is shaded; empty for no shading."""
    dots: bool = False
    """Whether the values are drawn as dots that no line joins."""
    log_x: bool = False
    """Whether the x axis is logarithmic; its values are all positive."""

    @property
    def is_empty(self) -> bool:
        """Whether no line has a value to draw."""
        return not any(True for line in self.lines for _ in self._finite(line))

    def geometry(self) -> ChartGeometry:
        """The chart in pixels, as its template draws it."""
        across, up = self._across(), self._up()
        return {
            "chart": self,
            "width": WIDTH,
            "height": HEIGHT,
            "plot": {"left": LEFT, "right": WIDTH - RIGHT, "top": TOP, "bottom": HEIGHT - BOTTOM},
            "lines": [
                {
                    "line": line,
                    "runs": (runs := self._runs(line, across, up)),
                    "path": "".join(map(_path, runs)),
                    "bars": "".join(self._bars(line, across, up)),
                }
                for line in self.lines
            ],
            "shade": next((self._shade(line, across, up) for line in self.lines if line.name == self.below), ""),
            "x_ticks": [(across(tick), label(tick) if self.log_x else _label(tick)) for tick in across.ticks()],
            "y_ticks": [(up(tick), _label(tick)) for tick in up.ticks()],
            "marks": [(across(mark.x), mark) for mark in self.marks],
            "values": {
                "left": across.low,
                "right": across.high,
                "x": self.x_label,
                "log": self.log_x,
                "lines": [
                    {"name": line.name, "style": line.style, "x": _short(line.x), "y": _short(line.y)}
                    for line in self.lines
                ],
            },
        }

    def _across(self) -> "_Axis":
        values = [x for line in self.lines for x, _ in self._finite(line)] + [mark.x for mark in self.marks]
        if self.log_x:
            values = [math.log10(x) for x in values]
        low, high = min(values, default=0.0), max(values, default=1.0)
        return _Axis(low, high if high > low else low + 1, LEFT, WIDTH - RIGHT, self.log_x)

    def _up(self) -> "_Axis":
        values = [self._height(y) for line in self.lines for y in (*self._heights(line), *self._ends(line))]
        low, high = min(values, default=0.0), max(values, default=1.0)
        room = _ROOM * (high - low) or 0.5 * abs(high) or 0.5
        return _Axis(low - room, high + room, HEIGHT - BOTTOM, TOP, self.log)

    def _height(self, value: float) -> float:
        return math.log10(value) if self.log else value

    def _finite(self, line: Line) -> Iterator[tuple[float, float]]:
        for x, y in zip(line.x, line.y, strict=True):
            if self._drawable(y):
                assert y is not None
                yield x, y

    def _heights(self, line: Line) -> Iterator[float]:
        return (y for _, y in self._finite(line))

    def _ends(self, line: Line) -> Iterator[float]:
        """Both ends of every error bar; on a logarithmic axis only those that are positive."""
        ends = (end for _, low, high in self._spans(line) for end in (low, high))
        return (end for end in ends if self._drawable(end))

    def _spans(self, line: Line) -> Iterator[tuple[float, float, float]]:
        """The x value, the lower and the upper end of every error bar."""
        for x, y, half in zip(line.x, line.y, line.spread, strict=False):
            if y is not None and half is not None:
                yield x, y - half, y + half

    def _bars(self, line: Line, across: "_Axis", up: "_Axis") -> Iterator[str]:
        for x, low, high in self._spans(line):
            if self._drawable(low) and self._drawable(high):
                yield f"M{across(x) - _CAP:.1f} {up(low):.1f}h{2 * _CAP}m-{_CAP} 0V{up(high):.1f}m-{_CAP} 0h{2 * _CAP}"

    def _drawable(self, y: float | None) -> bool:
        return y is not None and math.isfinite(y) and (y > 0 or not self.log)

    def _runs(self, line: Line, across: "_Axis", up: "_Axis") -> list[list[tuple[float, float]]]:
        """The points of a line in pixels, as one list for each piece between gaps; with `dots`, one for each point."""
        runs: list[list[tuple[float, float]]] = []
        pen_down = False
        for x, y in zip(line.x, line.y, strict=True):
            if not self._drawable(y):
                pen_down = False
                continue
            assert y is not None
            if not pen_down or self.dots:
                runs.append([])
            runs[-1].append((across(x), up(y)))
            pen_down = True
        return runs

    def _shade(self, line: Line, across: "_Axis", up: "_Axis") -> str:
        points = [f"{across(x):.1f} {up(y):.1f}" for x, y in self._finite(line)]
        if not points:
            return ""
        first, last, floor = points[0].split()[0], points[-1].split()[0], f"{HEIGHT - BOTTOM:.1f}"
        return f"M{first} {floor}L{'L'.join(points)}L{last} {floor}Z"


@dataclass(frozen=True)
class _Axis:
    """Maps a range of values (of their logarithms to base 10, if `log`) linearly to a range of pixels."""

    low: float
    high: float
    start: float
    end: float
    log: bool = False

    def __call__(self, value: float) -> float:
        place = math.log10(value) if self.log else value
        return self.start + (place - self.low) / (self.high - self.low) * (self.end - self.start)

    def ticks(self) -> list[float]:
        """Round values inside the range for the ticks; whole powers of ten on a logarithmic axis."""
        if not self.log:
            return _round_values(self.low, self.high)
        first, last = math.ceil(self.low), math.floor(self.high)
        stride = max(1, math.ceil((last - first + 1) / _DECADES))
        return [10.0**power for power in range(first, last + 1, stride)]


def _path(run: Sequence[tuple[float, float]]) -> str:
    """The data of an SVG path through some points; a single point is a line of no length, which its caps make a dot."""
    points = [f"{x:.1f} {y:.1f}" for x, y in run]
    return f"M{'L'.join(points)}" + ("h0" if len(points) == 1 else "")


def _round_values(low: float, high: float) -> list[float]:
    """Round values inside a range, 1, 2 or 5 times a power of ten apart."""
    rough = (high - low) / _TICKS
    power = 10.0 ** math.floor(math.log10(rough))
    step = next(factor * power for factor in (1, 2, 5, 10) if factor * power >= rough)
    first, last = math.ceil(low / step - 1e-9), math.floor(high / step + 1e-9)
    return [number * step for number in range(first, last + 1)]


def _label(value: float) -> str:
    return f"{value:.6g}" if 1e-3 <= abs(value) < 1e5 or value == 0 else f"{value:.4g}"


def _short(values: Sequence[float | None]) -> list[float | None]:
    """The values rounded to six digits, to keep the page small; None for those that are not finite."""
    return [None if value is None or not math.isfinite(value) else float(f"{value:.6g}") for value in values]
