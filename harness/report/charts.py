"""Pictures with axes and labels: montage, training curves, scan. Drawn with Pillow from what the pages show as SVG.

A plotting library would take longer than everything else that a warm session does.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from harness import formatting
from harness.report import pictures
from harness.report.panels.chart import Chart
from harness.report.panels.scan import Scan, Square
from harness.report.pictures import Colours

Array = np.ndarray
INK, SOFT, LINE, PAPER = "#1c2430", "#566171", "#d9dee6", "#ffffff"
REFERENCE_COLOUR, CANDIDATE_COLOUR = "#1f5fa8", "#b4490c"
_TRAIN, _TEST = "#7a3fb0", "#2c7a4b"
_FINER = 2
"""Lines are drawn this much larger and then reduced: Pillow does not smooth them."""
_SIDE, _GAP, _TITLE, _BAR, _LABELS = 240, 8, 20, 12, 62
"""Pixels of the montage: width of a picture, gaps, room for titles, width of a colour bar, room for its labels."""
_SCAN_WIDTH = 620.0


@dataclass(frozen=True)
class Panel:
    """One picture of the montage."""

    title: str
    values: Array
    """(H, W), NaN where there is nothing."""
    colours: Colours


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def montage(path: Path, rows: Sequence[Sequence[Panel]]) -> None:
    """Draw rows of pictures of one shape, with a colour bar beside the last of those that share their colours."""
    height, width = rows[0][0].values.shape
    tall = max(1, round(_SIDE * height / width))
    across, down = _SIDE + _GAP + _BAR + _LABELS, tall + _TITLE + _GAP
    sheet = Image.new("RGB", (max(map(len, rows)) * across, len(rows) * down), PAPER)
    for r, row in enumerate(rows):
        for c, panel in enumerate(row):
            left, top = c * across + _GAP, r * down + _TITLE
            picture = Image.fromarray(panel.colours.paint(panel.values))
            sheet.paste(picture.resize((_SIDE, tall), Image.Resampling.NEAREST), (left, top))
            ImageDraw.Draw(sheet).text((left, top - 16), panel.title, INK, _font(12))
            if panel.colours not in [other.colours for other in row[c + 1 :]]:
                _bar(sheet, panel.colours, left + _SIDE + _GAP, top, tall)
    pictures.save(path, np.asarray(sheet))


def _bar(sheet: Image.Image, colours: Colours, left: int, top: int, tall: int) -> None:
    """The range of colours, its ends in figures."""
    ramp = np.linspace(colours.high, colours.low, tall)[:, None] * np.ones((1, _BAR))
    sheet.paste(Image.fromarray(colours.paint(ramp)), (left, top))
    draw = ImageDraw.Draw(sheet)
    draw.text((left + _BAR + 4, top - 2), formatting.number(colours.high), SOFT, _font(11))
    draw.text((left + _BAR + 4, top + tall - 12), formatting.number(colours.low), SOFT, _font(11))


def curves(path: Path, charts: Sequence[Chart]) -> None:
    """Draw charts side by side; one without a value shows its title alone."""
    sheets = [_chart(chart) for chart in charts]
    width, height = sheets[0].size
    sheet = Image.new("RGB", (len(sheets) * width, height), PAPER)
    for number, one in enumerate(sheets):
        sheet.paste(one, (number * width, 0))
    pictures.save(path, np.asarray(sheet))


def _chart(chart: Chart) -> Image.Image:
    drawn = chart.drawn()
    plot, big = drawn["plot"], _FINER
    size = (int(drawn["width"]) * big, (int(drawn["height"]) + _TITLE) * big)
    sheet = Image.new("RGB", size, PAPER)
    draw = ImageDraw.Draw(sheet)

    def at(x: float, y: float) -> tuple[float, float]:
        return x * big, (y + _TITLE) * big

    for x, label in drawn["x_ticks"]:
        draw.line([at(x, plot["top"]), at(x, plot["bottom"])], LINE, big)
        draw.text(at(x, plot["bottom"] + 4), label, SOFT, _font(12 * big), anchor="ma")
    for y, label in drawn["y_ticks"]:
        draw.line([at(plot["left"], y), at(plot["right"], y)], LINE, big)
        draw.text(at(plot["left"] - 6, y), label, SOFT, _font(12 * big), anchor="rm")
    for x, _ in drawn["marks"]:
        draw.line([at(x, plot["top"]), at(x, plot["bottom"])], "#8c1610", 2 * big)
    for number, entry in enumerate(drawn["lines"]):
        colour = CANDIDATE_COLOUR if entry["line"].style.startswith("candidate") else REFERENCE_COLOUR
        for run in entry["runs"]:
            points = [at(*point) for point in run]
            draw.line(points, colour, (2 - number % 2) * big, joint="curve")
            if len(points) == 1:
                draw.circle(points[0], 2 * big, fill=colour)
    names = ", ".join(entry["line"].name for entry in drawn["lines"])
    draw.text(at(plot["left"], 4 - _TITLE), f"{chart.title} ({names}) over the {chart.x_label}", INK, _font(12 * big))
    return sheet.reduce(big)


def scan(path: Path, found: Scan, ground: Path | None) -> None:
    """Draw what `panels.scan` found: centres of the patterns, outlines of patches, canvases, and the object below."""
    view = found["view"]
    scale = _SCAN_WIDTH / view["width"]
    sheet = Image.new("RGB", (round(_SCAN_WIDTH), round(view["height"] * scale) + 2 * _TITLE), PAPER)

    def at(x: float, y: float) -> tuple[float, float]:
        return (x - view["left"]) * scale, (y - view["top"]) * scale + 2 * _TITLE

    if ground is not None and (place := found["ground"]) is not None:
        with Image.open(ground) as picture:
            size = round(place["width"] * scale), round(place["height"] * scale)
            pale = Image.blend(picture.convert("RGB"), Image.new("RGB", picture.size, PAPER), 0.45).resize(size)
        left, top = at(place["x"], place["y"])
        sheet.paste(pale, (round(left), round(top)))
    draw = ImageDraw.Draw(sheet)
    for square in found["outlines"]:
        draw.rectangle([at(square["x"], square["y"]), at(*_far(square))], outline=_TEST)
    for entry, colour in zip(found["canvases"], (REFERENCE_COLOUR, CANDIDATE_COLOUR), strict=False):
        draw.rectangle(
            [at(entry["whole"]["x"], entry["whole"]["y"]), at(*_far(entry["whole"]))], outline=colour, width=2
        )
    for number, (part, colour) in enumerate(zip(found["dots"], (_TRAIN, _TEST), strict=True)):
        for x, y in zip(part["x"], part["y"], strict=True):
            draw.circle(at(x, y), 1.6, fill=colour)
        draw.text((8 + 200 * number, 4), part["name"], colour, _font(13))
    canvases = ", ".join(f"canvas of {entry['backend']}: {entry['size']}" for entry in found["canvases"])
    draw.text((8, 4 + _TITLE), canvases, INK, _font(13))
    pictures.save(path, np.asarray(sheet))


def _far(square: Square) -> tuple[float, float]:
    return square["x"] + square["side"], square["y"] + square["side"]
