"""PNG pictures with labels: the montage of a case, and the SVG charts of its page, which resvg turns into PNG.

All text is set in the font that comes with Pillow, so that the pictures are the same on every machine.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import resvg_py
from PIL import Image, ImageDraw, ImageFont

from harness import formatting, templates
from harness.files import write_atomic
from harness.report import pictures
from harness.report.pictures import Colours
from harness.run.scratch import temporary_folder

Array = np.ndarray
INK, SOFT, PAPER = "#1c2430", "#566171", "#ffffff"
_SIDE, _GAP, _TITLE, _BAR, _LABELS = 240, 8, 20, 12, 62
"""Pixels of the montage: width of a picture, gaps, room for titles, width of a colour bar, room for its labels."""


@dataclass(frozen=True)
class Panel:
    """One picture of the montage: its title, its values and its colour range."""

    title: str
    values: Array
    """(H, W), NaN where there is no value."""
    colours: Colours


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)


def montage(path: Path, rows: Sequence[Sequence[Panel]]) -> None:
    """Draw a table of pictures into one PNG.

    Args:
        path: the PNG to write.
        rows: the pictures, row by row, all of one shape. Of pictures in a row that share a colour range, the last one
            gets a colour bar.
    """
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
    """Draw a colour bar with its highest and lowest value beside it."""
    ramp = np.linspace(colours.high, colours.low, tall)[:, None] * np.ones((1, _BAR))
    sheet.paste(Image.fromarray(colours.paint(ramp)), (left, top))
    draw = ImageDraw.Draw(sheet)
    draw.text((left + _BAR + 4, top - 2), formatting.number(colours.high), SOFT, _font(11))
    draw.text((left + _BAR + 4, top + tall - 12), formatting.number(colours.low), SOFT, _font(11))


def save_svg(path: Path, template: str, folder: Path, **context: Any) -> None:
    """Render an SVG template and write it as a PNG.

    Args:
        path: the PNG to write.
        template: name of the template, below `harness/templates`.
        folder: the folder that relative links in the SVG start from.
        context: the values that the template uses.

    Raises:
        ValueError: the template gives no SVG.
    """
    with temporary_folder() as fonts:
        font = fonts / "font.ttf"
        font.write_bytes(_font(12).font_bytes)
        picture = resvg_py.svg_to_bytes(
            svg_string=templates.render(template, **context),
            style_sheet=_style(),
            background=PAPER,
            resources_dir=str(folder),
            font_family=_font(12).getname()[0],
            font_files=[str(font)],
            skip_system_fonts=True,
        )

    def write(temporary: Path) -> None:
        temporary.write_bytes(picture)

    write_atomic(path, write)


@cache
def _style() -> str:
    """The style sheet of the panels with its colour variables replaced by the light colours: resvg knows none."""
    light = (templates.FOLDER / "style.css").read_text(encoding="utf-8").partition("@media")[0]
    colours = dict(re.findall(r"--([\w-]+): (#\w+);", light))
    style = (templates.FOLDER / "panels.css").read_text(encoding="utf-8")
    return re.sub(r"var\(--([\w-]+)\)", lambda found: colours.get(found[1], found[0]), style)
