"""The pictures of a case as numbers in its page: every pixel can be asked for its value, without a server.

An array is cut to what was compared, quantised to 16 bits over its own range, compressed, and written as base64. A
value is wrong by at most half a step, (highest - lowest) / 65534 / 2; the page says how much that is.
"""

import base64
import zlib
from functools import cache
from typing import Any

import numpy as np
from matplotlib import colormaps

from harness.report.pictures import Colours
from harness.report.scene import PARTS, Array, Scene, part_of

LEVELS = 65534
NOTHING = 65535
"""Code of a pixel without a value."""
LARGEST = 300_000
"""Pixels of one part, over all its pictures: beyond it every second (third, ...) row and column is left out."""
_MAPS = ("gray", "twilight", "RdBu_r")


def viewer(scene: Scene) -> dict[str, Any] | None:
    """All that the viewer of a case needs; None where nothing was stitched."""
    if not scene.fields:
        return None
    rows, columns, _ = _box(scene)
    stride = _stride(scene)
    return {
        "backends": list(scene.evidence.backends),
        "row": rows.start,
        "column": columns.start,
        "stride": stride,
        "maps": {name: _map(name) for name in _MAPS},
        "parts": {part: _part(scene, part, stride) for part in PARTS},
    }


def _box(scene: Scene) -> tuple[slice, slice, tuple[int, int]]:
    """The box that is shown with its ends as numbers, and its shape."""
    size = next(iter(scene.fields.values())).shape
    rows, columns = (slice(*side.indices(length)[:2]) for side, length in zip(scene.box, size, strict=True))
    return rows, columns, (rows.stop - rows.start, columns.stop - columns.start)


def _stride(scene: Scene) -> int:
    height, width = _box(scene)[2]
    pictures = len(scene.shown) + 1
    stride = 1
    while -(-height // stride) * -(-width // stride) * pictures > LARGEST:
        stride += 1
    return stride


def _part(scene: Scene, part: str, stride: int) -> dict[str, Any]:
    """The layers of amplitude or phase; differences from the truth are left to the page."""
    reference, candidate = scene.evidence.backends
    roles = {"truth": "truth", reference: "reference", candidate: "candidate"}
    colours = scene.colours[part]
    layers = [_layer(name, roles[name], part_of(field, part), scene, stride) for name, field in scene.shown.items()]
    if part in scene.differences:
        layers.append(_layer(f"{candidate} - {reference}", "difference", scene.differences[part], scene, stride))
    return {
        "unit": "rad" if part == "phase" else "",
        "colours": _range(colours),
        "error": _range(scene.colours.get(f"{part}_error")),
        "difference": _range(scene.colours.get(f"{part}_difference")),
        "layers": layers,
    }


def _range(colours: Colours | None) -> dict[str, Any] | None:
    if colours is None:
        return None
    return {"map": colours.map, "low": colours.low, "high": colours.high, "held": colours.held}


def _layer(name: str, role: str, values: Array, scene: Scene, stride: int) -> dict[str, Any]:
    return {"name": name, "role": role, **packed(values[scene.box][::stride, ::stride])}


def packed(values: Array) -> dict[str, Any]:
    """(H, W) float as `shape`, `low`, `step` and `data`: value = low + step * code.

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
    """256 colours, red, green, blue, as base64."""
    colours = colormaps[name](np.arange(256), bytes=True)[:, :3]
    return base64.b64encode(np.ascontiguousarray(colours).tobytes()).decode()
