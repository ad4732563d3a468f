"""A first look at all patterns, without keeping them: what is impossible, whether they are counts, and their mean."""

from dataclasses import dataclass

import numpy as np

from harness.dataset.measured.stack import Block, Stack
from harness.dataset.npz import refuse_impossible, refuse_kind

Array = np.ndarray


@dataclass
class Survey:
    """What was seen of M patterns of K x K pixels; images are sums over the patterns."""

    frames: int
    values: Array
    """(K, K) float64: the sum of the values."""
    squares: Array
    """(K, K) float64: the sum of their squares."""
    whole: bool = True
    """Whether every value is a whole number."""
    integers: bool = True
    """Whether the file holds them as integers."""
    largest: float = 0.0
    smallest: float = 0.0
    unfinite: int = 0

    def intensity(self, counts: bool) -> Array:
        """(K, K) float64: the mean counts of each pixel, if the values are `counts`; else of their squares."""
        return (self.values if counts else self.squares) / self.frames

    def _add(self, block: Block) -> None:
        at, values = (block.rows, block.columns), block.values
        finite = np.isfinite(values)
        if wrong := values.size - int(np.count_nonzero(finite)):
            self.unfinite += wrong
            values = np.where(finite, values, 0)
        self.largest = max(self.largest, float(values.max(initial=0)))
        self.smallest = min(self.smallest, float(values.min(initial=0)))
        self.integers = self.integers and values.dtype.kind in "iu"
        self.whole = self.whole and (values.dtype.kind in "iu" or np.array_equal(values, np.rint(values)))
        with np.errstate(over="ignore", invalid="ignore"):
            self.values[at] += values.sum(axis=0, dtype=np.float64)
            self.squares[at] += np.square(values, dtype=np.float64).sum(axis=0)


def surveyed(stack: Stack, good: Array | None, where: str) -> Survey:
    """Look at all patterns of a stack; pixels that are not `good` count as 0.

    Raises HarnessError, which begins with `where`, for values that no detector gives: of no numeric type, negative,
    not finite, or all of them 0.
    """
    K = stack.side
    found = Survey(stack.frames, np.zeros((K, K)), np.zeros((K, K)))
    for block in stack.blocks(good):
        refuse_kind(block.values.dtype, where)
        found._add(block)
    refuse_impossible(found.smallest, found.largest, found.unfinite, where)
    return found
