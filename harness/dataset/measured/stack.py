"""Diffraction patterns as a file holds them, read piece by piece, whatever the order of their axes.

The letters of an order stand for the axes of an array: `m` counts the patterns, `e` the exposures of one pattern, `r`
the rows and `c` the columns of the detector; `1` is an axis of length 1. A raster scan has two axes `m`.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from harness.dataset.archive import Header
from harness.dataset.measured.held import Held
from harness.dataset.npz import cast
from harness.errors import HarnessError

Array = np.ndarray

_WIDE = {np.dtype(np.longdouble): np.float64, np.dtype(np.clongdouble): np.complex128}


class Block(NamedTuple):
    """Some patterns, or some rows or columns of them."""

    frames: slice
    rows: slice
    columns: slice
    values: Array
    """(frames, rows, columns), in the type of the file."""


@dataclass(frozen=True)
class Stack:
    """M patterns of K x K pixels in one array, or in several one after the other."""

    held: Held
    names: Sequence[str]
    order: str
    """The letters of the axes, as the file shows them."""
    where: str
    """File and key, with which messages begin."""
    flip_rows: bool = False
    flip_columns: bool = False

    @property
    def frames(self) -> int:
        """How many patterns there are."""
        return sum(self._sizes(name)["m"] for name in self.names)

    @property
    def side(self) -> int:
        """Pixels a side."""
        return self._sizes(self.names[0])["r"]

    @property
    def exposures(self) -> int:
        """Exposures of each pattern, whose sum is taken."""
        return self._sizes(self.names[0])["e"]

    @property
    def summed(self) -> bool:
        """Whether several blocks hold the same pixels of the same patterns, and must be added."""
        return "em" in self.order

    def blocks(self, good: Array | None = None) -> Iterator[Block]:
        """All patterns; pixels that are not `good` (K, K) are 0, whatever the file holds there."""
        first = 0
        for name in self.names:
            for block in self._blocks(name, first):
                keep = None if good is None else good[block.rows, block.columns]
                yield block if keep is None else block._replace(values=np.where(keep, block.values, 0))
            first += self._sizes(name)["m"]

    def _blocks(self, name: str, offset: int) -> Iterator[Block]:
        header = self._header(name)
        if header.reversed and "mm" in self.order:
            raise HarnessError(f"{self.where}: a raster of patterns must be saved in C order; save it so.")
        order = self.order[::-1] if header.reversed else self.order
        lead = _lead(order)
        inner = [(letter, size) for letter, size in zip(order, header.stored, strict=True)][lead:]
        letters = order[lead - 1] + "".join(letter for letter, _ in inner if letter != "1")
        sizes = tuple(size for letter, size in inner if letter != "1")
        for row, values in self.held.blocks(name, lead):
            plain = _narrowed(values, self.where).reshape(len(values), *sizes)
            for start, part in self._split(letters, name, row, plain):
                yield self._oriented(_arranged(part, letters), letters[0], start, offset)

    def _split(self, letters: str, name: str, row: int, values: Array) -> Iterator[tuple[int, Array]]:
        """Rows of one exposure each, with the index of their first pattern."""
        frames = self._sizes(name)["m"]
        if letters[0] != "m":
            yield row, values
            return
        done = 0
        while done < len(values):
            start = (row + done) % frames
            count = min(frames - start, len(values) - done)
            yield start, values[done : done + count]
            done += count

    def _oriented(self, values: Array, along: str, start: int, offset: int) -> Block:
        """A block of `values` (m, r, c), which begins at index `start` of axis `along`."""
        spans = [slice(0, size) for size in values.shape]
        axis = "mrc".index(along)
        begin = start + (offset if along == "m" else 0)
        spans[axis] = slice(begin, begin + values.shape[axis])
        if along != "m":
            spans[0] = slice(offset, offset + values.shape[0])
        flipped = [False, self.flip_rows, self.flip_columns]
        K = self.side
        for number in (1, 2):
            if flipped[number]:
                spans[number] = slice(K - spans[number].stop, K - spans[number].start)
                values = np.flip(values, axis=number)
        return Block(spans[0], spans[1], spans[2], values)

    def _header(self, name: str) -> Header:
        header = self.held.headers[name]
        if header is None:
            raise HarnessError(f"'{name}' cannot be read; save it as a plain numeric array.")
        return header

    def _sizes(self, name: str) -> dict[str, int]:
        sizes = dict.fromkeys("merc1", 1)
        for letter, size in zip(self.order, self._header(name).shape, strict=True):
            sizes[letter] *= size
        return sizes


def _lead(order: str) -> int:
    """How many leading axes are taken as one: those of length 1, and a second one that counts patterns."""
    plain = len(order) - len(order.lstrip("1"))
    return plain + (2 if order[plain:].startswith(("mm", "em")) else 1)


def _arranged(values: Array, letters: str) -> Array:
    """The values (m, r, c) of a block with the axes `letters`; exposures are added."""
    wanted = [letters.index(letter) for letter in "merc" if letter in letters]
    turned = values.transpose(wanted)
    if "e" not in letters:
        return turned
    kind = {"i": np.int64, "u": np.uint64}.get(turned.dtype.kind, np.float64)
    return np.asarray(turned.sum(axis=1, dtype=kind))


def _narrowed(values: Array, where: str) -> Array:
    """The values in double precision at most, which is all that SciPy reads and ten times what the contract keeps."""
    wide = _WIDE.get(values.dtype)
    return values if wide is None else cast(values, wide, where, zero=True)
