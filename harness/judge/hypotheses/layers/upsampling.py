"""Resizing of images along each axis by a matrix: which pixels of the input make one of the output."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.arrays import Array

Positions = Callable[[Array, int, int], Array]
"""From the indices of the output, its size and the input's, to positions among the pixels of the input."""


def half_pixels(index: Array, given: int, taken: int) -> Array:
    """Pixels are areas, whose centres are half a pixel from their edges."""
    return (index + 0.5) * taken / given - 0.5


def aligned_corners(index: Array, given: int, taken: int) -> Array:
    """The first and the last pixels of both images lie on each other."""
    return index * (taken - 1) / max(given - 1, 1)


def without_half_pixels(index: Array, given: int, taken: int) -> Array:
    """The first pixels lie on each other; TensorFlow 1."""
    return index * taken / given


def nearest(given: int, taken: int) -> Array:
    """(given, taken): each pixel is the one that lies below it."""
    return np.eye(taken)[np.floor(np.arange(given) * taken / given).astype(int)]


def nearest_rounded(given: int, taken: int) -> Array:
    """(given, taken): each pixel is the nearest by its centre, halves upwards."""
    places = np.floor(half_pixels(np.arange(given), given, taken) + 0.5).astype(int)
    return np.eye(taken)[np.clip(places, 0, taken - 1)]


def linear(given: int, taken: int, positions: Positions) -> Array:
    """(given, taken): between the two pixels beside a position; beyond the edge the edge's."""
    places = np.clip(positions(np.arange(given), given, taken), 0, taken - 1)
    return np.maximum(0.0, 1.0 - np.abs(places[:, None] - np.arange(taken)))


def cubic(given: int, taken: int, sharpness: float, positions: Positions = half_pixels) -> Array:
    """(given, taken): by the cubic kernel of Keys (1981) over four pixels; beyond the edge the edge's."""
    places = positions(np.arange(given), given, taken)
    matrix = np.zeros((given, taken))
    for offset in range(-1, 3):
        pixels = np.floor(places) + offset
        into = np.clip(pixels, 0, taken - 1).astype(int)
        np.add.at(matrix, (np.arange(given), into), _keys(np.abs(places - pixels), sharpness))
    return matrix


def _keys(distance: Array, a: float) -> Array:
    near = (a + 2) * distance**3 - (a + 3) * distance**2 + 1
    far = a * (distance**3 - 5 * distance**2 + 8 * distance - 4)
    return np.where(distance <= 1, near, np.where(distance < 2, far, 0.0))


METHODS: dict[str, Callable[[int, int], Array]] = {
    "the nearest pixel": nearest,
    "bilinear interpolation": lambda given, taken: linear(given, taken, half_pixels),
    "bilinear interpolation with aligned corners": lambda given, taken: linear(given, taken, aligned_corners),
    "bilinear interpolation without half pixels": lambda given, taken: linear(given, taken, without_half_pixels),
    "the nearest pixel by its centre": nearest_rounded,
    "bicubic interpolation (-0.75)": lambda given, taken: cubic(given, taken, -0.75),
    "bicubic interpolation (-0.5)": lambda given, taken: cubic(given, taken, -0.5),
    "bicubic interpolation with aligned corners": lambda given, taken: cubic(given, taken, -0.75, aligned_corners),
}
"""Ways to resize, by the words of a sentence."""
_STATED = {
    ("nearest", False): "the nearest pixel",
    ("bilinear", False): "bilinear interpolation",
    ("bilinear", True): "bilinear interpolation with aligned corners",
    ("bicubic", False): "bicubic interpolation (-0.75)",
    ("bicubic", True): "bicubic interpolation with aligned corners",
}
METHOD = "method"
"""Attribute with which a hypothesis states a way by its name in METHODS."""
_ALIGNED = 1 / 3
"""Where a row of two pixels is sampled by four, of which the first and the last lie on its ends: at 1/3 and 2/3."""


def method_of(attributes: Mapping[str, Any]) -> str:
    """The way that a layer states, by its name in METHODS; KeyError for one that is not known."""
    if METHOD in attributes:
        return str(attributes[METHOD])
    places = attributes.get("sampled_at") or (0.0, 0.0)
    aligned = bool(attributes.get("align_corners")) or abs(places[1] - _ALIGNED) < 1e-3
    return _STATED[str(attributes["interpolation"]), aligned]


def resized(image: Array, factor: Sequence[float], method: str) -> Array:
    """An image (B, H, W, C), larger by a factor along each axis, in a way of METHODS."""
    sizes = [round(size * one) for size, one in zip(image.shape[1:3], factor, strict=True)]
    rows, columns = (METHODS[method](given, taken) for given, taken in zip(sizes, image.shape[1:3], strict=True))
    made: Array = np.einsum("ih,bhwc,jw->bijc", rows, image, columns, optimize=True)
    return made
