"""Pictures with axes: montage, training curves, scan. Matplotlib without a window, each figure used once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import PatchCollection
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.patches import Rectangle
from matplotlib.ticker import MaxNLocator

from harness.files import write_atomic
from harness.report.pictures import Colours

Array = np.ndarray
REFERENCE_COLOUR, CANDIDATE_COLOUR = "#1f5fa8", "#c2571a"
_OUTLINES = 40
_SIDE, _BAR, _LABELS, _TITLE, _GAP = 3.0, 0.12, 0.8, 0.35, 0.06
"""Inches of the montage: width of a picture and of its colour bar, room for labels and title, gaps."""
_Box = tuple[float, float, float, float]
_NOT_TERMS = ("loss", "intensity_scale", "learning_rate")


@dataclass(frozen=True)
class Panel:
    """One picture of the montage."""

    title: str
    values: Array
    """(H, W), NaN where there is nothing."""
    colours: Colours


def _save(figure: Figure, path: Path) -> None:
    FigureCanvasAgg(figure)
    write_atomic(path, lambda temporary: figure.savefig(temporary, format="png", dpi=110, metadata={"Software": None}))


def montage(path: Path, rows: Sequence[Sequence[Panel]]) -> None:
    """Draw rows of pictures of one shape, with a colour bar beside the last of those that share their colours.

    Every place is computed in inches: Matplotlib's own layout engines take longer than the drawing.
    """
    height, width = rows[0][0].values.shape
    tall = _SIDE * height / width
    step_x, step_y = _SIDE + _BAR + _LABELS, tall + _TITLE
    size = (max(map(len, rows)) * step_x, len(rows) * step_y)
    figure = Figure(figsize=size)
    for r, row in enumerate(rows):
        for c, panel in enumerate(row):
            left, bottom = c * step_x + _GAP, size[1] - (r + 1) * step_y + _GAP
            image = _draw(figure, panel, size, (left, bottom, _SIDE, tall))
            if panel.colours not in [other.colours for other in row[c + 1 :]]:
                bar = figure.add_axes(_share(size, left + _SIDE + _GAP, bottom, _BAR, tall))
                figure.colorbar(image, cax=bar).ax.tick_params(labelsize=7)
    _save(figure, path)


def _draw(figure: Figure, panel: Panel, size: tuple[float, float], box: _Box) -> AxesImage:
    """Draw one picture in a box: left, bottom, width, height in inches."""
    axes = figure.add_axes(_share(size, *box))
    low, high = panel.colours.low, panel.colours.high
    axes.set(xticks=[], yticks=[], facecolor="#ebebf0")
    axes.set_title(panel.title, fontsize=9)
    return axes.imshow(panel.values, cmap=panel.colours.map, vmin=low, vmax=high, interpolation="nearest")


def _share(size: tuple[float, float], left: float, bottom: float, width: float, height: float) -> _Box:
    return left / size[0], bottom / size[1], width / size[0], height / size[1]


def curves(path: Path, title: str, epochs: Sequence[Mapping[str, Any]]) -> None:
    """Draw the loss, its terms and the intensity scale over the epochs; what is not finite leaves a gap."""
    figure = Figure(figsize=(7.5, 3.0))
    losses, scale = figure.subplots(1, 2)
    figure.subplots_adjust(left=0.11, right=0.98, bottom=0.17, top=0.9, wspace=0.3)
    numbers = [epoch["epoch"] for epoch in epochs]
    names = list(epochs[0]["metrics"]) if epochs else []
    terms = [name for name in names if name not in _NOT_TERMS]
    for name in [name for name in ("loss", *terms) if name in names]:
        losses.plot(numbers, _series(epochs, name), label=name, linewidth=2 if name == "loss" else 1, marker=".")
    if "intensity_scale" in names:
        scale.plot(numbers, _series(epochs, "intensity_scale"), marker=".", color="#444")
    for axes, name in ((losses, "loss"), (scale, "intensity scale")):
        axes.set(title=f"{title}: {name}", xlabel="epoch")
        axes.xaxis.set_major_locator(MaxNLocator(integer=True))
    if names:
        losses.legend(fontsize=8)
    _save(figure, path)


def _series(epochs: Sequence[Mapping[str, Any]], name: str) -> Array:
    return np.array([epoch["metrics"].get(name) for epoch in epochs], dtype=float)  # None becomes NaN


def scan(path: Path, parts: Mapping[str, Mapping[str, Array]], N: int, ground: tuple[Array, Any] | None) -> None:
    """Draw the centres of the patterns, the outlines of some patches (N x N pixels), and the object below."""
    figure = Figure(figsize=(5.2, 5.0))
    axes = figure.add_axes((0.12, 0.1, 0.84, 0.82))
    if ground is not None:
        values, (x, y) = ground
        extent = (x - 0.5, x + values.shape[1] - 0.5, y + values.shape[0] - 0.5, y - 0.5)
        axes.imshow(values, cmap="gray", extent=extent, alpha=0.6)
    for (name, part), colour in zip(parts.items(), (REFERENCE_COLOUR, CANDIDATE_COLOUR), strict=True):
        axes.plot(part["x"], part["y"], ".", markersize=3, color=colour, label=f"{name}: {len(part['x'])} patterns")
        axes.add_collection(_outlines(part, N, colour))
    axes.set(xlabel="x, pixels", ylabel="y, pixels", aspect="equal")
    if ground is None:
        axes.invert_yaxis()
    figure.legend(loc="upper center", ncols=2, fontsize=8, frameon=False)
    _save(figure, path)


def _outlines(part: Mapping[str, Array], N: int, colour: str) -> PatchCollection:
    chosen = slice(None, None, max(1, len(part["x"]) // _OUTLINES))
    corners = zip(part["x"][chosen] - N / 2 - 0.5, part["y"][chosen] - N / 2 - 0.5, strict=True)
    squares = [Rectangle(corner, N, N) for corner in corners]
    return PatchCollection(squares, facecolor="none", edgecolor=colour, linewidth=0.4, alpha=0.5)
