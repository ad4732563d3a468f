"""The scan on the object: centres of the patterns, outlines of the stitched patches, the canvas and what it needs."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TypedDict

import numpy as np

from harness import layout
from harness.errors import HarnessError
from harness.judge.evidence import Evidence
from harness.judge.truth import true_object

_OUTLINES = 80
"""Patches that are outlined; of more, evenly chosen ones."""
_MARGIN = 6.0


class Dots(TypedDict):
    """Centres of the patterns of one half of the scan."""

    name: str
    style: str
    x: np.ndarray
    y: np.ndarray
    path: str
    """All of them as one path of SVG."""


class Square(TypedDict):
    """Upper left corner and side."""

    x: float
    y: float
    side: float


class CanvasSquares(TypedDict):
    """The canvas of a side, and the square that its patches need."""

    backend: str
    size: int
    required: int
    fits: bool
    whole: Square
    needed: Square


class Ground(TypedDict):
    """The picture of the truth, a file of the case, and where it lies."""

    picture: str
    x: float
    y: float
    width: int
    height: int


class View(TypedDict):
    """The box that holds everything."""

    left: float
    top: float
    width: float
    height: float


class Scan(TypedDict):
    """All that is drawn."""

    dots: list[Dots]
    outlines: list[Square]
    canvases: list[CanvasSquares]
    ground: Ground | None
    view: View


def scan(evidence: Evidence) -> Scan:
    """Everything in pixels of the object, x to the right and y down; what a side lacks is left out."""
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
    outlines, ground = _outlines(evidence), _ground(evidence)
    return {
        "dots": dots,
        "outlines": outlines,
        "canvases": squares,
        "ground": ground,
        "view": _view([*arrays.values()], squares, ground, evidence.scenario.dataset.N),
    }


def _dots(x: np.ndarray, y: np.ndarray) -> str:
    """Path of lines without length, which round caps make to dots."""
    return "".join(f"M{a:.1f} {b:.1f}h0" for a, b in zip(x, y, strict=True))


def _square(x: float, y: float, side: float) -> Square:
    return {"x": round(x - side / 2, 2), "y": round(y - side / 2, 2), "side": side}


def _canvas(evidence: Evidence, backend: str) -> CanvasSquares | None:
    """The canvas of a side, and the square that its patches need; its middle is the pixel with index size/2."""
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
    """Predicted regions of stitched patches of the first side that has any."""
    for backend in evidence.backends:
        try:
            (x, y), positions = evidence.canvas(backend).centre, evidence.predictions(backend).positions
        except HarnessError:
            continue
        chosen = positions[:: -(-len(positions) // _OUTLINES)]
        side = float(evidence.contract.region)
        return [_square(x + a - 0.5, y + b - 0.5, side) for a, b in chosen]
    return []


def _ground(evidence: Evidence) -> Ground | None:
    """The picture of the truth below it all, and where it lies."""
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
    parts: Sequence[Mapping[str, np.ndarray]], squares: Sequence[CanvasSquares], ground: Ground | None, N: int
) -> View:
    """The smallest box that holds everything."""
    reach = N / 2
    xs = [edge for part in parts for edge in (part["x"].min() - reach, part["x"].max() + reach)]
    ys = [edge for part in parts for edge in (part["y"].min() - reach, part["y"].max() + reach)]
    for square in [square for entry in squares for square in (entry["whole"], entry["needed"])]:
        xs += [square["x"], square["x"] + square["side"]]
        ys += [square["y"], square["y"] + square["side"]]
    if ground:
        xs += [ground["x"], ground["x"] + ground["width"]]
        ys += [ground["y"], ground["y"] + ground["height"]]
    left, top = min(xs) - _MARGIN, min(ys) - _MARGIN
    width, height = max(xs) + _MARGIN - left, max(ys) + _MARGIN - top
    left, top, width, height = (round(float(value), 1) for value in (left, top, width, height))
    return {"left": left, "top": top, "width": width, "height": height}
