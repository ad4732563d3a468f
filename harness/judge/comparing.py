"""Comparing two arrays or two numbers that should be the same to within rounding."""

import numpy as np

from harness.arrays import Array


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
    largest = max(abs(own), abs(other))
    return abs(own - other) / largest if largest != 0 else 0.0
