"""Comparison of two arrays, of two numbers, or of two mappings by their keys."""

import math
from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from harness.arrays import Array

K = TypeVar("K")
V = TypeVar("V")


class Pair(NamedTuple, Generic[K, V]):
    """The values of two mappings under one key; None for a mapping that lacks it."""

    name: K
    first: V | None
    second: V | None

    @property
    def is_in_both(self) -> bool:
        """Whether both mappings have the key."""
        return self.first is not None and self.second is not None


def paired(first: Mapping[K, V], second: Mapping[K, V]) -> list[Pair[K, V]]:
    """Pair the values of two mappings by key: first the keys of `first` in its order, then those of `second` alone."""
    return [Pair(name, first.get(name), second.get(name)) for name in dict.fromkeys([*first, *second])]


def difference(first: float | None, second: float | None) -> float | None:
    """Second minus first; None when one of them is missing or not finite."""
    if first is None or second is None or not np.isfinite([first, second]).all():
        return None
    return second - first


def mismatch(own: Array, other: Array) -> str:
    """Say in which of shape and type two arrays differ; an empty text where both are equal."""
    if own.shape != other.shape:
        return f"shapes differ: {own.shape} and {other.shape}"
    if own.dtype != other.dtype:
        return f"types differ: {own.dtype} and {other.dtype}"
    return ""


def in_one_kind(own: Array, other: Array) -> tuple[Array, Array]:
    """Two arrays, both complex where one is: a real array is a complex one without an imaginary part."""
    if np.iscomplexobj(own) == np.iscomplexobj(other):
        return own, other
    kind = np.result_type(own, other)
    return own.astype(kind), other.astype(kind)


def not_finite(array: Array) -> str:
    """Say how many values of an array are NaN or infinite; an empty text if none is."""
    count = int(array.size - np.count_nonzero(np.isfinite(array)))
    return f"{count} of {array.size} values are not finite" if count else ""


def relative_error(own: Array, other: Array) -> float | None:
    """Largest absolute difference divided by the largest magnitude of `other`.

    None when `other` is zero everywhere; NaN where an array holds NaN. The difference is computed in float64 or
    complex128, so that it is not rounded itself.
    """
    wide = np.result_type(own, other, np.float64)
    largest = float(np.abs(other).max(initial=0.0))
    if largest == 0:
        return None
    return float(np.abs(own.astype(wide, copy=False) - other.astype(wide, copy=False)).max() / largest)


def distance_or_infinity(own: Array, other: Array) -> float:
    """`relative_error` as a number to rank by: 0 for the same values, NaN included; infinite where undefined."""
    if np.array_equal(own, other, equal_nan=True):
        return 0.0
    error = relative_error(own, other)
    return np.inf if error is None or not np.isfinite(error) else error


def or_infinity(distance: float | None) -> float:
    """A distance as a number to rank by: infinite where there is none, or where it is not finite."""
    return distance if distance is not None and math.isfinite(distance) else math.inf


def relative_difference(own: float | None, other: float | None) -> float | None:
    """|a - b| / max(|a|, |b|) of two numbers; 0 for two zeros, None when one is missing, NaN when one is NaN."""
    if own is None or other is None:
        return None
    largest = float(np.maximum(abs(own), abs(other)))  # max(0.0, NaN) would be 0.0
    return abs(own - other) / largest if largest != 0 else 0.0
