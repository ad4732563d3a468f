"""The arrays that the rooms hand to each other, and how rounding moves them."""

from typing import Literal

import numpy as np

Array = np.ndarray
Weights = dict[str, Array]
"""Arrays by the name of the weight that they are, or belong to."""
Precision = Literal["float32", "float64"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")


def nudged(weights: Weights, draw: int, precision: Precision) -> Weights:
    """Every weight moved by one unit in the last place of a precision, up or down as the number of the draw says.

    A zero stays: no rounding moves it. The smallest number in its place would open every ReLU that a blank part of a
    pattern and a bias of 0 hold exactly at its bend, and the gradient would jump.
    """
    directions = np.random.default_rng(draw)
    moved = {}
    for name, value in weights.items():
        towards = np.where(directions.random(value.shape) < 0.5, -np.inf, np.inf).astype(precision)
        moved[name] = np.where(value == 0, 0.0, np.nextafter(value.astype(precision), towards).astype(np.float64))
    return moved
