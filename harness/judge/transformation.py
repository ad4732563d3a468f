"""Simple transformations that explain a wrong tensor: the other side's, but conjugated, reversed, scaled and so on."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.comparing import relative_error

EXPLAINED = 1e-3
"""A transformation explains a difference when it leaves at most this share of it."""
MIN_SIZE = 8
"""Smallest number of values of a tensor for which a transformation is sought: fewer are explained by chance."""
_NEAR = 1e-3


def transformation(own: Array, other: Array, of_stage: bool) -> str:
    """Describe `own` as a simple transformation of `other`, such as `the other side's, conjugated`.

    Empty where no simple transformation explains the difference. Both tensors must have the same shape and be finite.
    `of_stage`: they are stages (B, H, W, C), whose samples, rows, columns and channels may be permuted, too.
    """
    error = relative_error(own, other)
    if not error or own.size < MIN_SIZE:
        return ""
    for text, changed in _changed(own, other, of_stage):
        left = relative_error(own, changed)
        if left is not None and left <= EXPLAINED * error:
            return text
    return "a tensor of single precision" if _is_single(own) and not _is_single(other) else ""


def _changed(own: Array, other: Array, of_stage: bool) -> Iterator[tuple[str, Array]]:
    """Description and result of each transformation of the other tensor that its shape allows, the simplest first."""
    yield "the other side's with the opposite sign", -other
    if np.iscomplexobj(other):
        yield "the other side's, conjugated", other.conj()
        yield "the other side's without its imaginary part", other.real + 0j
    else:
        yield "the other side's, rounded to whole numbers", np.round(other)
    if of_stage and other.ndim == 4:
        yield "the other side's with rows reversed", other[:, ::-1]
        yield "the other side's with columns reversed", other[:, :, ::-1]
        yield "the other side's turned by half a turn", other[:, ::-1, ::-1]
        if other.shape[1] == other.shape[2]:
            yield "the other side's with rows and columns swapped", np.swapaxes(other, 1, 2)
        yield "the other side's with its samples in another order", _matched(own, other, 0)
        yield "the other side's with its channels in another order", _matched(own, other, 3)
    factor = _factor(own, other)
    if factor is not None:
        yield f"the other side's times {_formatted(factor)}", factor * other
    offset = own.mean() - other.mean()
    yield f"the other side's plus {offset:.6g}", other + offset


def _matched(own: Array, other: Array, axis: int) -> Array:
    """Reorder the slices of `other` along an axis such that each is at the position of the nearest slice of `own`."""
    ours, theirs = (np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1) for array in (own, other))
    left = list(range(len(theirs)))
    order = []
    for slice_ in ours:
        nearest = min(left, key=lambda number: float(np.abs(slice_ - theirs[number]).max()))
        left.remove(nearest)
        order.append(nearest)
    return np.take(other, order, axis)


def _factor(own: Array, other: Array) -> complex | None:
    """Factor of `other` that fits `own` best (least squares); None where `other` is zero."""
    energy = np.vdot(other, other).real
    if not energy:
        return None
    found = np.vdot(other, own) / energy
    return complex(found) if np.iscomplexobj(own) else float(found.real)


def _formatted(factor: complex) -> str:
    """Write a factor; one near 1 as `1 +DIFFERENCE`."""
    return f"1 {factor.real - 1:+.3g}" if abs(factor - 1) < _NEAR else f"{factor:.6g}"


def _is_single(array: Array) -> bool:
    """Whether every value of a double precision tensor can be represented in single precision."""
    narrow = {"float64": np.float32, "complex128": np.complex64}.get(str(array.dtype))
    return narrow is not None and bool(np.array_equal(array, array.astype(narrow)))
