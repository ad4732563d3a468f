"""Types of the arrays that the packages of the harness exchange, and the nudge of weights by rounding."""

import hashlib
from typing import Literal

import numpy as np

Array = np.ndarray
Weights = dict[str, Array]
"""Arrays by the name of the weight: the weights themselves, their gradients or the like."""
Precision = Literal["float32", "float64"]
PRECISIONS: tuple[Precision, ...] = ("float32", "float64")


def in_precision(array: Array, precision: Precision) -> Array:
    """An array in a precision; complex values stay complex."""
    return array.astype(np.result_type(precision, np.complex64) if np.iscomplexobj(array) else precision)


def same(own: Array, other: Array) -> bool:
    """Whether all values are equal; what is not a number, as a training that diverged leaves it, equals itself."""
    return np.array_equal(own, other, equal_nan=True)


def widened(array: Array) -> Array:
    """A copy of an array in float64; complex values in complex128."""
    return np.array(array, np.result_type(array, np.float64))


def fingerprints(weights: Weights) -> dict[str, str]:
    """SHA-256 of every array by its name, of its shape and its values in float64; equal values have equal digests."""
    return {name: _fingerprint(np.ascontiguousarray(widened(value))) for name, value in weights.items()}


def _fingerprint(array: Array) -> str:
    return hashlib.sha256(f"{array.dtype} {array.shape}".encode() + array.tobytes()).hexdigest()


def nudged(weights: Weights, draw: int, precision: Precision) -> Weights:
    """Nudge: move every weight by one unit in the last place of a precision.

    Whether each value moves up or down is random, with the number `draw` as the seed. A zero stays, as rounding leaves
    it: the smallest number in its place would open every ReLU whose input is exactly 0, from a blank part of a pattern
    and a bias of 0, and the gradient would jump.
    """
    directions = np.random.default_rng(draw)
    return {name: _moved(value, directions, precision) for name, value in weights.items()}


def _moved(value: Array, directions: np.random.Generator, precision: Precision) -> Array:
    """Every value a unit up or down, of complex ones both parts."""
    if np.iscomplexobj(value):
        return _moved(value.real, directions, precision) + 1j * _moved(value.imag, directions, precision)
    towards = np.where(directions.random(value.shape) < 0.5, -np.inf, np.inf).astype(precision)
    return np.where(value == 0, 0.0, np.nextafter(value.astype(precision), towards).astype(np.float64))
