"""The pictures of a case as numbers in its page, so that the page can show the value of any pixel without a server.

An array is cut to what was compared, quantised to 16 bits over its own range, compressed, and written as base64. A
value is wrong by at most half a step, (highest - lowest) / 65534 / 2; the page says how much that is.
"""

import base64
import zlib
from functools import cache
from typing import TypedDict

import numpy as np

from harness.judge.truth import PARTS
from harness.report.images import Array, CaseImages, part_of
from harness.report.pictures import Colours

LEVELS = 65534
NOTHING = 65535
"""Code of a pixel without a value."""
LARGEST = 300_000
"""Largest number of pixels over all pictures of one part; above it, only every second (third, ...) one is kept."""
_MAPS = ("gray", "twilight", "RdBu_r")


class Packed(TypedDict):
    """A picture (H, W) as 16-bit codes: value = low + step * code."""

    shape: list[int]
    low: float
    step: float
    data: str


class Layer(Packed):
    """A picture with its name and its role: `truth`, `reference`, `candidate` or `difference`."""

    name: str
    role: str


class Range(TypedDict):
    """A colour map and the range of values that it spans; `held` marks a range that was widened."""

    map: str
    low: float
    high: float
    held: bool


class PartLayers(TypedDict):
    """The pictures of amplitude or phase, with colour ranges for them, for their errors and for their difference."""

    unit: str
    colours: Range | None
    error: Range | None
    difference: Range | None
    layers: list[Layer]


class Viewer(TypedDict):
    """The data that `viewer.js` draws; `row` and `column` are the upper left pixel of the pictures on the canvas."""

    backends: list[str]
    row: int
    column: int
    stride: int
    maps: dict[str, str]
    parts: dict[str, PartLayers]


def viewer(images: CaseImages) -> Viewer | None:
    """The data of the viewer of a case; None where no side was stitched."""
    if not images.fields:
        return None
    rows, columns, _ = _box(images)
    stride = _stride(images)
    return {
        "backends": list(images.evidence.backends),
        "row": rows.start,
        "column": columns.start,
        "stride": stride,
        "maps": {name: _map(name) for name in _MAPS},
        "parts": {part: _part(images, part, stride) for part in PARTS},
    }


def _box(images: CaseImages) -> tuple[slice, slice, tuple[int, int]]:
    """Rows and columns of the canvas that the viewer shows, with both ends given, and their number (height, width)."""
    size = next(iter(images.fields.values())).shape
    rows, columns = (slice(*side.indices(length)[:2]) for side, length in zip(images.box, size, strict=True))
    return rows, columns, (rows.stop - rows.start, columns.stop - columns.start)


def _stride(images: CaseImages) -> int:
    height, width = _box(images)[2]
    pictures = len(images.objects) + 1
    stride = 1
    while -(-height // stride) * -(-width // stride) * pictures > LARGEST:
        stride += 1
    return stride


def _part(images: CaseImages, part: str, stride: int) -> PartLayers:
    """The layers of amplitude or phase; the page itself computes the differences from the truth."""
    reference, candidate = images.evidence.backends
    roles = {"truth": "truth", reference: "reference", candidate: "candidate"}
    colours = images.colours[part]
    layers = [_layer(name, roles[name], part_of(field, part), images, stride) for name, field in images.objects.items()]
    if part in images.differences:
        layers.append(_layer(f"{candidate} - {reference}", "difference", images.differences[part], images, stride))
    return {
        "unit": "rad" if part == "phase" else "",
        "colours": _range(colours),
        "error": _range(images.colours.get(f"{part}_error")),
        "difference": _range(images.colours.get(f"{part}_difference")),
        "layers": layers,
    }


def _range(colours: Colours | None) -> Range | None:
    if colours is None:
        return None
    return {"map": colours.map, "low": colours.low, "high": colours.high, "held": colours.held}


def _layer(name: str, role: str, values: Array, images: CaseImages, stride: int) -> Layer:
    return {"name": name, "role": role, **packed(values[images.box][::stride, ::stride])}


def packed(values: Array) -> Packed:
    """Pack a picture (H, W) float into `shape`, `low`, `step` and `data`: value = low + step * code.

    `data` is the zlib stream of all high bytes of the 16-bit codes, row by row, and then of all low bytes.
    """
    finite = np.isfinite(values)
    low, high = (float(values[finite].min()), float(values[finite].max())) if finite.any() else (0.0, 0.0)
    step = (high - low) / LEVELS
    scaled = np.zeros(values.shape)
    np.divide(values - low, step, out=scaled, where=finite & (step > 0))
    codes = np.where(finite, np.rint(scaled), NOTHING).astype(np.uint16).ravel()
    planes = np.concatenate([codes >> 8, codes & 255]).astype(np.uint8)
    data = base64.b64encode(zlib.compress(planes.tobytes(), 6)).decode()
    return {"shape": list(values.shape), "low": low, "step": step, "data": data}


@cache
def _map(name: str) -> str:
    """The 256 colours of a colour map as base64: one byte each for red, green and blue."""
    colours = Colours(name, 0.0, 1.0).paint(np.linspace(0, 1, 256))
    return base64.b64encode(colours.tobytes()).decode()
