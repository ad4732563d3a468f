"""Small curves over sessions, as the geometry of an SVG; the template draws it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 160, 28
_EDGE = 4.0
"""Pixels between the outermost points and the edge, so that their dots are whole."""


@dataclass(frozen=True)
class Dot:
    """One session."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Sparkline:
    """A curve; where a value is missing, it has a gap."""

    dots: list[Dot]
    lines: list[str]
    """`points` of the polylines between neighbouring dots."""
    level: float | None
    """Height of a line that the curve is read against; None where there is none in its range."""
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(
    values: Sequence[float | None], labels: Sequence[str], low: float, high: float, level: float | None = None
) -> Sparkline:
    """The curve of some values, left to right, from `low` at the bottom to `high` at the top; beyond is clipped."""
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    places = [
        None if value is None else Dot(round(_EDGE + number * step, 1), _height(value, low, high), label)
        for number, (value, label) in enumerate(zip(values, labels, strict=True))
    ]
    runs = [[dot for dot in run if dot] for there, run in groupby(places, key=bool) if there]
    lines = [" ".join(f"{dot.x:g},{dot.y:g}" for dot in run) for run in runs if len(run) > 1]
    return Sparkline([dot for dot in places if dot], lines, None if level is None else _height(level, low, high))


def _height(value: float, low: float, high: float) -> float:
    """SVG counts downwards; a range of nothing is a line in the middle."""
    share = 0.5 if high <= low else (min(max(value, low), high) - low) / (high - low)
    return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)
