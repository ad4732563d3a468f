"""Samples, or channels, stand in another order."""

from collections.abc import Iterator, Sequence

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known

_SIGNATURE = 64
"""Values of a slice by which its partner is found; the trial then holds all of them against each other."""


def reordered(known: Known) -> Iterator[Candidate]:
    """A permutation of samples or of channels: patches group by group against channel by channel, for one."""
    if not known.is_image:
        return
    for axis, what in ((0, "samples"), (3, "channels")):
        order = matched(known.own, known.other, axis)
        text = f"{OTHERS} with its {what} in another order{_meaning(order)}"
        yield Candidate(text, np.take(known.other, order, axis), fitted=True)
    yield from _regrouped(known.other)


def _regrouped(other: Array) -> Iterator[Candidate]:
    """Patches of the batch, which one side lays out channel by channel and the other group by group."""
    samples, channels = other.shape[0], other.shape[3]
    flat = np.moveaxis(other, 3, 1).reshape(-1, *other.shape[1:3])
    swapped = flat.reshape(channels, samples, *other.shape[1:3])
    if samples > 1 and channels > 1:
        text = f"{OTHERS} with the patches of its groups channel-minor in place of group-major"
        yield Candidate(text, np.moveaxis(swapped, 0, 3))


def _meaning(order: Sequence[int]) -> str:
    """What an order is: a square grid read column by column, say."""
    size = round(len(order) ** 0.5)
    if (
        size > 1
        and size**2 == len(order)
        and list(order) == np.arange(len(order)).reshape(size, size).T.ravel().tolist()
    ):
        return " (column by column of the group, not row by row)"
    return f" ({', '.join(map(str, order))})" if len(order) <= _SHORT else ""


_SHORT = 9


def matched(own: Array, other: Array, axis: int) -> list[int]:
    """For every slice of `own` along an axis the number of the nearest slice of `other`, each taken once."""
    ours, theirs = (_slices(array, axis) for array in (own, other))
    left = list(range(len(theirs)))
    order = []
    for slice_ in ours:
        nearest = min(left, key=lambda number: float(np.abs(slice_ - theirs[number]).max()))
        left.remove(nearest)
        order.append(nearest)
    return order


def _slices(array: Array, axis: int) -> Array:
    """(slices, at most _SIGNATURE) values of each slice, evenly spread."""
    flat = np.moveaxis(array, axis, 0).reshape(array.shape[axis], -1)
    return flat[:, :: max(1, flat.shape[1] // _SIGNATURE)]
