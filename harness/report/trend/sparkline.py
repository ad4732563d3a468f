"""Sparklines, which are small curves over sessions: their geometry in pixels, which a template draws as SVG."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

WIDTH, HEIGHT = 160, 28
_EDGE = 4.0
"""Pixels between the outermost points and the edge, so that their dots are whole."""


@dataclass(frozen=True)
class Dot:
    """The dot of one session, with the label that a pointer on it shows."""

    x: float
    y: float
    label: str


@dataclass(frozen=True)
class Sparkline:
    """A curve with one dot for each session; a missing value leaves a gap."""

    dots: list[Dot]
    lines: list[str]
    """The attribute `points` of a polyline for each piece between gaps."""
    level: float | None
    """Height in pixels of the reference line; None for no such line."""
    width: int = WIDTH
    height: int = HEIGHT


def sparkline(
    values: Sequence[float | None], labels: Sequence[str], low: float, high: float, level: float | None = None
) -> Sparkline:
    """Lay out a curve in pixels.

    Args:
        values: one for each session, from left to right.
        labels: the label of each dot.
        low: the value at the lower edge; values beyond an edge are drawn on it.
        high: the value at the upper edge.
        level: the value of a reference line, if there is one.
    """
    step = (WIDTH - 2 * _EDGE) / max(len(values) - 1, 1)
    places = [
        None if value is None else Dot(round(_EDGE + number * step, 1), _height(value, low, high), label)
        for number, (value, label) in enumerate(zip(values, labels, strict=True))
    ]
    runs = [[dot for dot in run if dot] for there, run in groupby(places, key=bool) if there]
    lines = [" ".join(f"{dot.x:g},{dot.y:g}" for dot in run) for run in runs if len(run) > 1]
    return Sparkline([dot for dot in places if dot], lines, None if level is None else _height(level, low, high))


def _height(value: float, low: float, high: float) -> float:
    """Height of a value in pixels from the top, as SVG counts; in the middle if the range is empty."""
    share = 0.5 if high <= low else (min(max(value, low), high) - low) / (high - low)
    return round(HEIGHT - _EDGE - share * (HEIGHT - 2 * _EDGE), 1)
