"""The picture of the scan on the object: scan positions, outlines of stitched patches, and the canvas."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.judge.truth import true_object

_OUTLINES = 80
"""Largest number of patches whose outline is drawn; of more patches, evenly chosen ones."""
_MARGIN = 6.0
"""Pixels of the object around everything that is drawn."""


class Dots(TypedDict):
    """The scan positions of one half (train or test), in pixels of the object."""

    name: str
    style: str
    x: np.ndarray
    y: np.ndarray
    path: str
    """All of the positions as the data of one SVG path."""


class Square(TypedDict):
    """A square: upper left corner and length of a side, in pixels of the object."""

    x: float
    y: float
    side: float


class CanvasSquares(TypedDict):
    """The canvas of a side (`whole`), and the square that its patches need (`needed`)."""

    backend: str
    size: int
    required: int
    fits: bool
    whole: Square
    needed: Square


class Background(TypedDict):
    """The picture of the true object behind the scan: its file in the case, its corner and its size in pixels."""

    picture: str
    x: float
    y: float
    width: int
    height: int


class View(TypedDict):
    """The smallest box that holds everything that is drawn, in pixels of the object."""

    left: float
    top: float
    width: float
    height: float


class Scan(TypedDict):
    """All parts of the scan panel, in pixels of the object, for the templates `scan.html` and `scan.svg`."""

    dots: list[Dots]
    outlines: list[Square]
    canvases: list[CanvasSquares]
    background: Background | None
    view: View


def scan(evidence: Evidence) -> Scan:
    """Gather the scan panel of a case, in pixels of the object, x to the right and y down.

    A side that left no canvas or patches is left out.
    """
    arrays = {name: evidence.arrays(Path(layout.DATASET, f"{name}.npz"), ("x", "y")) for name in ("train", "test")}
    dots: list[Dots] = [
        {
            "name": f"{name}: {len(part['x'])} patterns",
            "style": style,
            "x": part["x"],
            "y": part["y"],
            "path": _dots(part["x"], part["y"]),
        }
        for (name, part), style in zip(arrays.items(), ("train", "test"), strict=True)
    ]
    squares = [square for backend in evidence.backends if (square := _canvas(evidence, backend))]
    outlines, background = _outlines(evidence), _background(evidence)
    return {
        "dots": dots,
        "outlines": outlines,
        "canvases": squares,
        "background": background,
        "view": _view([*arrays.values()], squares, background, evidence.scenario.dataset.N),
    }


def _dots(x: np.ndarray, y: np.ndarray) -> str:
    """The data of an SVG path of lines of no length at (x, y), which their round caps turn into dots."""
    return "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y, strict=True))


def _square(x: float, y: float, side: float) -> Square:
    return {"x": round(x - side / 2, 2), "y": round(y - side / 2, 2), "side": side}


def _canvas(evidence: Evidence, backend: str) -> CanvasSquares | None:
    """The squares of the canvas of a side; None if it stitched none. The centre is the pixel with index size / 2."""
    try:
        canvas = evidence.canvas(backend)
    except HarnessError:
        return None
    (x, y), facts = canvas.centre, canvas.facts
    return {
        "backend": backend,
        "size": facts.size,
        "required": facts.required,
        "fits": facts.size >= facts.required,
        "whole": _square(x - 0.5, y - 0.5, facts.size),
        "needed": _square(x - 0.5, y - 0.5, facts.required),
    }


def _outlines(evidence: Evidence) -> list[Square]:
    """The predicted regions of the stitched patches, of the first side that has any."""
    for backend in evidence.backends:
        try:
            (x, y), positions = evidence.canvas(backend).centre, evidence.predictions(backend).positions
        except HarnessError:
            continue
        chosen = positions[:: -(-len(positions) // _OUTLINES)]
        side = float(evidence.contract.region)
        return [_square(x + a - 0.5, y + b - 0.5, side) for a, b in chosen]
    return []


def _background(evidence: Evidence) -> Background | None:
    """The picture of the true object: its phase, or its amplitude if the phase is flat; None if there is none."""
    try:
        truth = true_object(evidence)
    except HarnessError:
        return None
    flat = np.ptp(np.angle(truth.object)) == 0
    height, width = truth.object.shape
    picture = f"{layout.DATASET}/{layout.TRUTH_AMPLITUDE_PICTURE if flat else layout.TRUTH_PHASE_PICTURE}"
    if not (evidence.case_dir / picture).is_file():
        return None
    return {"picture": picture, "x": truth.origin_x - 0.5, "y": truth.origin_y - 0.5, "width": width, "height": height}


def _view(
    parts: Sequence[Mapping[str, np.ndarray]], squares: Sequence[CanvasSquares], background: Background | None, N: int
) -> View:
    """The smallest box around all patterns (N x N pixels each), canvases and the background."""
    reach = N / 2
    xs = [edge for part in parts for edge in (part["x"].min() - reach, part["x"].max() + reach)]
    ys = [edge for part in parts for edge in (part["y"].min() - reach, part["y"].max() + reach)]
    for square in [square for entry in squares for square in (entry["whole"], entry["needed"])]:
        xs += [square["x"], square["x"] + square["side"]]
        ys += [square["y"], square["y"] + square["side"]]
    if background:
        xs += [background["x"], background["x"] + background["width"]]
        ys += [background["y"], background["y"] + background["height"]]
    left, top = min(xs) - _MARGIN, min(ys) - _MARGIN
    width, height = max(xs) + _MARGIN - left, max(ys) + _MARGIN - top
    left, top, width, height = (round(float(value), 1) for value in (left, top, width, height))
    return {"left": left, "top": top, "width": width, "height": height}
