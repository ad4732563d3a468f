"""Which axis of the patterns is which: told by the number of positions, and where it cannot be, by the patterns."""

import math
from collections.abc import Callable, Sequence

import numpy as np

from harness.dataset.measured.held import Held
from harness.dataset.measured.stated import Axes
from harness.errors import HarnessError

Say = Callable[[str], None]

_STEADIER = 3.0
"""How many times steadier than the detector's axes the axis of the frames must be for the order to be certain."""
_STATED = {"MNN": "mrc", "NNM": "rcm"}


def order_of(held: Held, name: str, M: int, where: str, say: Say, stated: Axes | None, strict: bool) -> str:
    """The letters (`harness.dataset.measured.stack`) of the axes of array `name` with the patterns of M positions.

    `say` takes a sentence where the patterns had to be turned or the order was not certain. Raises HarnessError, which
    begins with `where`, for a shape that no order fits, and with `strict` where the order stays open.
    """
    header = held.headers[name]
    shape = header.shape if header is not None else ()
    if math.prod(shape) == 0 or len(shape) not in (3, 4):
        raise HarnessError(f"{where} has shape {shape}; (M, N, N) with M at least 1 is needed.")
    if len(shape) == 4:
        return _of_four(shape, M, where, say)
    if stated is not None:
        return _stated(shape, stated, where)
    if shape[0] == shape[1] != shape[2] == M:
        say("The patterns came as (N, N, M) and were put into the order (M, N, N).")
        return "rcm"
    if shape[0] == shape[1] == shape[2] == M and header is not None and header.dtype.kind in "iuf":
        return _of_a_cube(held, name, where, say, strict)
    return _stated(shape, "MNN", where)


def require_alike(held: Held, names: Sequence[str], source: str) -> None:
    """Raise HarnessError unless all arrays of patterns are (M, N, N) with one N."""
    shapes = [header.shape if (header := held.headers[name]) is not None else () for name in names]
    for name, shape in zip(names, shapes, strict=True):
        if len(shape) != 3 or shape[1] != shape[2] or shape[1:] != shapes[0][1:]:
            raise HarnessError(f"{source}: '{name}' has shape {shape}; (M, N, N) is needed, as '{names[0]}' has.")


def _stated(shape: Sequence[int], axes: Axes, where: str) -> str:
    order = _STATED[axes]
    rows, columns = (shape[order.index(letter)] for letter in "rc")
    if rows != columns:
        raise HarnessError(f"{where} has shape {tuple(shape)}; {' x '.join(axes)} with a square detector is needed.")
    return order


def _of_four(shape: Sequence[int], M: int, where: str, say: Say) -> str:
    """The order of patterns with a channel, of a raster scan, or of several exposures a position."""
    a, b, *last = shape
    if shape[3] == 1 and b == last[0]:
        return "mrc1"
    if last[0] != last[1]:
        raise HarnessError(f"{where} has shape {tuple(shape)}; (M, N, N) with M at least 1 is needed.")
    if a * b == M:
        if 1 not in (a, b):
            say(f"The patterns came as a raster of {a} x {b} positions and were put in one row of {M}.")
        return "mmrc"
    if a == M or b == M:
        order, exposures = ("merc", b) if a == M else ("emrc", a)
        say(f"Each position has {exposures} exposures, whose counts were added.")
        return order
    if a == 1:
        return "mmrc"
    raise HarnessError(
        f"{where} has shape {tuple(shape)}, but there are {M} positions; one position a pattern is needed."
    )


def _of_a_cube(held: Held, name: str, where: str, say: Say, strict: bool) -> str:
    """Decide the order of M patterns of M x M pixels: frames are about equally bright, rows of a detector are not."""
    first, last = _unsteadiness(held, name)
    header = held.headers[name]
    shape = " x ".join(map(str, header.shape)) if header else ""
    what = f"{where.split(': ')[-1]} is {shape}, so its shape does not tell its order"
    if last * _STEADIER < first:
        say(
            f"{what}; the sums along its last axis vary by {last:.0%}, along its first by {first:.0%}, so it was read "
            "as (N, N, M) and put into the order (M, N, N)."
        )
        return "rcm"
    if not first * _STEADIER < last:
        if strict:
            raise HarnessError(f"{where} is {shape}, so its shape does not tell its order; give --axes MNN or NNM.")
        say(f"{what}; it was taken as (M, N, N), so make sure that the first axis counts the patterns.")
    return "mrc"


def _unsteadiness(held: Held, name: str) -> tuple[float, float]:
    """Standard deviation over mean of the sums of an array (M, M, M) at each index of its first and its last axis."""
    along_first, along_last = [], 0.0
    for _, block in held.blocks(name):
        along_first.append(block.sum(axis=(1, 2), dtype=np.float64))
        along_last = along_last + block.sum(axis=(0, 1), dtype=np.float64)
    found = [_spread(np.concatenate(along_first)), _spread(np.asarray(along_last))]
    header = held.headers[name]
    first, last = reversed(found) if header is not None and header.reversed else found
    return first, last


def _spread(sums: np.ndarray) -> float:
    return float(sums.std() / sums.mean()) if np.isfinite(sums).all() and sums.mean() > 0 else math.inf
