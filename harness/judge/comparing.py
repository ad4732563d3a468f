"""Comparing two arrays, two numbers, or two sets of named figures."""

from collections.abc import Mapping
from typing import Generic, NamedTuple, TypeVar

import numpy as np

from harness.arrays import Array

K = TypeVar("K")
V = TypeVar("V")


class Pair(NamedTuple, Generic[K, V]):
    """What two sets hold under one name; None for a set that lacks it."""

    name: K
    first: V | None
    second: V | None

    @property
    def is_in_both(self) -> bool:
        """Whether both sets have it."""
        return self.first is not None and self.second is not None


def paired(first: Mapping[K, V], second: Mapping[K, V]) -> list[Pair[K, V]]:
    """Two sets of figures by name: the names of the first in its order, then those of the second alone."""
    return [Pair(name, first.get(name), second.get(name)) for name in dict.fromkeys([*first, *second])]


def difference(first: float | None, second: float | None) -> float | None:
    """How much the second is above the first; None when one is missing or not finite."""
    if first is None or second is None or not np.isfinite([first, second]).all():
        return None
    return second - first


def mismatch(own: Array, other: Array) -> str:
    """What differs apart from the values: shape, kind of number, values that are not finite; empty if nothing."""
    if own.shape != other.shape:
        return f"shapes differ: {own.shape} and {other.shape}"
    if own.dtype != other.dtype:
        return f"types differ: {own.dtype} and {other.dtype}"
    return ""


def not_finite(array: Array) -> str:
    """How many values of an array are NaN or infinite; empty if none is."""
    count = int(array.size - np.count_nonzero(np.isfinite(array)))
    return f"{count} of {array.size} values are not finite" if count else ""


def relative_error(own: Array, other: Array) -> float | None:
    """Largest difference over the largest magnitude of `other`; None when that is zero, NaN passes through.

    Both arrays are taken to float64 or complex128 first, so that the difference itself is not rounded.
    """
    wide = np.result_type(own, other, np.float64)
    largest = float(np.abs(other).max(initial=0.0))
    if largest == 0:
        return None
    return float(np.abs(own.astype(wide, copy=False) - other.astype(wide, copy=False)).max() / largest)


def relative_difference(own: float | None, other: float | None) -> float | None:
    """|a - b| / max(|a|, |b|): symmetric, 0 for two zeros; None when a value is missing, NaN passes through."""
    if own is None or other is None:
        return None
    largest = float(np.maximum(abs(own), abs(other)))  # max(0.0, NaN) would be 0.0
    return abs(own - other) / largest if largest != 0 else 0.0
