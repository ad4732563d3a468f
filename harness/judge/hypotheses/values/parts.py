"""A part of the images is missing, or is the same for all of them."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.values.scaled import factor_of


def constant(known: Known) -> Iterator[Candidate]:
    """One number everywhere: nothing was computed, or what is kept is that of a new model."""
    mean = known.own.mean()
    yield Candidate(f"{mean:g} everywhere", np.full_like(known.other, mean), fitted=True)


def zeroed(known: Known) -> Iterator[Candidate]:
    """A border that is zero where it should not be."""
    inner = _bounds(known.own) if known.is_image else None
    if inner is not None:
        rows, columns = inner
        kept = np.zeros_like(known.other)
        kept[:, rows, columns] = known.other[:, rows, columns]
        size = f"{rows.stop - rows.start} x {columns.stop - columns.start}"
        yield Candidate(f"{OTHERS} with zeros outside its central {size} pixels", kept, fitted=True)


def _bounds(images: Array) -> tuple[slice, slice] | None:
    """Rows and columns of the smallest rectangle that holds all values but zeros; None where it is all of the image."""
    seen = np.asarray(images.any(axis=(0, 3)))
    if not seen.any():
        return None
    rows, columns = (np.flatnonzero(np.any(seen, axis=axis)) for axis in (1, 0))
    found = slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
    return None if found == (slice(0, seen.shape[0]), slice(0, seen.shape[1])) else found


def coupled(known: Known) -> Iterator[Candidate]:
    """Samples that are not independent of each other: each is the mean, or holds some of it."""
    if not known.is_image or len(known.other) == 1:
        return
    for axis, what in ((0, "samples"), (3, "channels")):
        if known.other.shape[axis] == 1:
            continue
        mean = np.broadcast_to(known.other.mean(axis=axis, keepdims=True), known.other.shape)
        first = np.broadcast_to(known.other.take([0], axis), known.other.shape)
        yield Candidate(f"{OTHERS} averaged over its {what}", mean)
        yield Candidate(f"{OTHERS} with the first of its {what} in place of all", first)
        if share := factor_of(known.own - known.other, mean):
            text = f"{OTHERS} plus {share:.6g} times the mean over its {what}"
            yield Candidate(text, known.other + share * mean, fitted=True)
