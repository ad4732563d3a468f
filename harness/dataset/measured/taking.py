"""Taking patterns out of a file: the pixels that are kept, as amplitudes, piece by piece into one array."""

import numpy as np

from harness.dataset.measured.stack import Block, Stack
from harness.dataset.npz import cast

Array = np.ndarray


def taken(stack: Stack, rows: Array, columns: Array, good: Array | None, counts: bool, factor: float) -> Array:
    """The patterns (M, N, N) as float32 amplitudes, times `factor`; of `counts` the root is taken, in float64.

    Args:
        stack: the patterns of the file.
        rows: the N rows of the detector, in the order in which they are wanted.
        columns: the same of its columns.
        good: (K, K) bool, pixels that count; others become 0. None for all.
        counts: whether the file holds counts, and not amplitudes.
        factor: what every amplitude is multiplied with.

    Raises HarnessError for values that float32 makes infinite.
    """
    out = np.zeros((stack.frames, len(rows), len(columns)), np.float64 if stack.summed else np.float32)
    for block in stack.blocks(good):
        _put(block, out, rows, columns, None if stack.summed else (counts, factor), stack.where)
    if not stack.summed:
        return out
    amplitudes = np.empty(out.shape, np.float32)
    for index, frame in enumerate(out):
        amplitudes[index] = _amplitude(frame, counts, factor, stack.where)
    return amplitudes


def _put(block: Block, out: Array, rows: Array, columns: Array, scale: tuple[bool, float] | None, where: str) -> None:
    """Put the wanted part of a block at its place in `out`, or add it there where `scale` is None."""
    at_rows, from_rows = _wanted(rows, block.rows)
    at_columns, from_columns = _wanted(columns, block.columns)
    if not len(at_rows) or not len(at_columns):
        return
    part = block.values[:, from_rows][:, :, from_columns]
    frames = np.arange(block.frames.start, block.frames.stop)
    at = np.ix_(frames, at_rows, at_columns)
    if scale is None:
        out[at] += part
    else:
        out[at] = _amplitude(part, *scale, where)


def _wanted(kept: Array, there: slice) -> tuple[Array, Array]:
    """At which places of the result pixels of a block belong, and which of its own pixels those are."""
    at = np.flatnonzero((kept >= there.start) & (kept < there.stop))
    return at, kept[at] - there.start


def _amplitude(values: Array, counts: bool, factor: float, where: str) -> Array:
    found = np.sqrt(values, dtype=np.float64) if counts else values
    if factor != 1:
        found = found * factor
    return found if found.dtype == np.float32 else cast(found, np.float32, where, zero=True)
