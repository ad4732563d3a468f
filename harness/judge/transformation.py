"""What a tensor is instead: the other side's, changed in one of the ways in which ports go wrong."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.comparing import relative_error

EXPLAINED = 1e-3
"""A change explains a difference when it leaves no more of it than this share."""
MIN_SIZE = 8
"""Values that a tensor needs: of fewer, any is the multiple of any other."""
_NEAR = 1e-3


def transformation(own: Array, other: Array, of_stage: bool) -> str:
    """`the other side's, conjugated`, and the like; empty where none of the simple changes explains the difference.

    Both have the same shape and are finite. `of_stage`: a tensor (B, H, W, C), whose rows, columns, samples and
    channels are tried too; the axes of a weight mean something else.
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
    """The other tensor, changed in each of the ways that its shape allows, the simplest first."""
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
    """The slices of the other tensor, each put where its nearest of this one is; each may be used once."""
    ours, theirs = (np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1) for array in (own, other))
    left = list(range(len(theirs)))
    order = []
    for slice_ in ours:
        nearest = min(left, key=lambda number: float(np.abs(slice_ - theirs[number]).max()))
        left.remove(nearest)
        order.append(nearest)
    return np.take(other, order, axis)


def _factor(own: Array, other: Array) -> complex | None:
    """Least squares factor; real where both tensors are."""
    energy = np.vdot(other, other).real
    if not energy:
        return None
    found = np.vdot(other, own) / energy
    return complex(found) if np.iscomplexobj(own) else float(found.real)


def _formatted(factor: complex) -> str:
    """A factor near 1 by how far it is from it."""
    return f"1 {factor.real - 1:+.3g}" if abs(factor - 1) < _NEAR else f"{factor:.6g}"


def _is_single(array: Array) -> bool:
    """Whether every value of a double precision tensor is one of single precision."""
    narrow = {"float64": np.float32, "complex128": np.complex64}.get(str(array.dtype))
    return narrow is not None and bool(np.array_equal(array, array.astype(narrow)))
