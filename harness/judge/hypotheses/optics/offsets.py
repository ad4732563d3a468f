"""Patches are placed, or cut out, at other offsets."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.fitting import fitted
from harness.judge.hypotheses.known import OTHERS, Candidate, Known, Optics
from harness.judge.hypotheses.optics.compute import computed, optics_of, variants
from harness.judge.hypotheses.values.rounded import TYPES, rounded_to

STAGES = ("object_merged", "object_extracted")
CHANGES: dict[str, Callable[[Array], Array]] = {
    "offsets of the opposite sign": np.negative,
    "x and y of the offsets exchanged": lambda r: r[:, :, ::-1],
    "x and y of the offsets exchanged and their sign opposite": lambda r: -r[:, :, ::-1],
    "the opposite sign of x in the offsets": lambda r: r * np.array([-1.0, 1.0])[:, None],
    "the opposite sign of y in the offsets": lambda r: r * np.array([1.0, -1.0])[:, None],
    "offsets of 0: every patch lies on the centre": np.zeros_like,
    "offsets rounded to whole pixels": np.round,
    "offsets cut to whole pixels": np.trunc,
    "the offsets of the next patch of the group": lambda r: np.roll(r, -1, -1),
    "the offsets of the patch before in the group": lambda r: np.roll(r, 1, -1),
    "offsets in column order of the group, not in row order": lambda r: r[..., _columns_first(r.shape[-1])],
    "the offsets of the first patch of the group for all": lambda r: np.repeat(r[..., :1], r.shape[-1], axis=-1),
    "the offsets of the first group of the batch for all": lambda r: np.repeat(r[:1], len(r), axis=0),
    "the offsets of the next sample of the batch": lambda r: np.roll(r, -1, 0),
    "the offsets of the sample before in the batch": lambda r: np.roll(r, 1, 0),
    "channel-minor offsets in place of group-major": lambda r: _channel_minor(r),
    "offsets centred on the mean of the batch": lambda r: r - r.mean(axis=0, keepdims=True),
    "offsets centred on the first patch of the group": lambda r: r - r[..., :1],
    "offsets doubled": lambda r: 2 * r,
    "offsets halved": lambda r: r / 2,
    **{f"offsets rounded to {name}": partial(rounded_to, name) for name in TYPES},
}
"""From the offsets (B, 1, 2, C) [x, y] to other ones, by the words of a sentence."""


def offsets(known: Known) -> Iterator[Candidate]:
    """Another sign, order or axis of the offsets; a pixel more or less; last a factor, and any shift of all of them."""
    if known.name not in STAGES or (optics := optics_of(known)) is None:
        return
    for sentence, made in variants(known, _changed(optics)):
        yield Candidate(sentence, made)
    yield from _scaled(known, optics)


def _changed(optics: Optics) -> Iterator[tuple[str, Optics]]:
    for what, change in CHANGES.items():
        yield f"{OTHERS} with {what}", replace(optics, relative=change(optics.relative))
    for size in (0.5, 1.0):
        for x, y in ((1, 0), (0, 1), (1, 1), (-1, 0), (0, -1), (-1, -1)):
            moved = optics.relative + size * np.array([x, y])[:, None]
            text = f"{OTHERS} with {x * size:g} pixels in x and {y * size:g} in y added to all offsets"
            yield text, replace(optics, relative=moved)


def _scaled(known: Known, optics: Optics) -> Iterator[Candidate]:
    """Offsets times the factor that fits best: another size of a pixel."""

    def made(factor: float) -> Array:
        found = computed(known, replace(optics, relative=factor * optics.relative))
        return wanted if found is None else found

    wanted = known.few().own
    factor = fitted(made, wanted, 1.0)
    if np.isfinite(factor):
        yield Candidate(f"{OTHERS} with offsets times {factor:.6g}", made(factor), fitted=True)


def _columns_first(channels: int) -> list[int]:
    """The order of the patches of a square grid, read column by column."""
    size = round(channels**0.5)
    found: list[int] = np.arange(channels).reshape(size, -1).T.ravel().tolist()
    return found


def _channel_minor(relative: Array) -> Array:
    """Offsets whose list runs over the samples first and over the patches of a group then."""
    samples, _, _, channels = relative.shape
    flat = np.moveaxis(relative, -1, 1).reshape(-1, 1, 2)
    return np.moveaxis(flat.reshape(channels, samples, 1, 2), 0, -1)
