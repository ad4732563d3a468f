"""The patches of a group are merged by other weights."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.fitting import fitted
from harness.judge.hypotheses.optics.compute import optics_of, weight_of
from harness.physics import merge, translation


def merging(known: Known) -> Iterator[Candidate]:
    """Not divided by the summed weights; another mask above or below the line; another number beside the weights."""
    if known.name != "object_merged" or (optics := optics_of(known)) is None:
        return
    patches = known.stages["object_patches"]
    own, whole = weight_of(patches, optics), np.ones(patches.shape[1:3])
    placed = {name: _placed(patches, mask, optics.relative, known) for name, mask in (("own", own), ("all", whole))}
    summed = {name: _summed(mask, optics.relative, known) for name, mask in (("own", own), ("all", whole))}
    floor, without = merge.COVERAGE_FLOOR, "not divided by the summed weights"
    yield Candidate(f"{OTHERS} {without}", placed["own"])
    yield Candidate(f"{OTHERS} times the summed weights", placed["own"] / (summed["own"] + floor) * summed["own"])
    weights = "the summed weights of whole patches, not of the part that is predicted"
    yield Candidate(f"{OTHERS} divided by {weights}", placed["own"] / (summed["all"] + floor))
    yield Candidate(f"{OTHERS} with weights 1 on whole patches", placed["all"] / (summed["all"] + floor))
    yield Candidate(
        f"{OTHERS} of whole patches, divided by the weights of their centres", placed["all"] / (summed["own"] + floor)
    )
    yield Candidate(f"{OTHERS} by the number of patches", placed["own"] / patches.shape[-1])
    yield from _other_floor(known, placed["own"], summed["own"])


def _other_floor(known: Known, placed: Array, summed: Array) -> Iterator[Candidate]:
    """The number beside the summed weights that fits best."""
    floor = fitted(lambda number: placed / (summed + number), known.own, merge.COVERAGE_FLOOR)
    if np.isfinite(floor):
        text = f"{OTHERS} with {floor:.6g} added to the summed weights in place of {merge.COVERAGE_FLOOR:g}"
        yield Candidate(text, placed / (summed + floor), fitted=True)


def _placed(patches: Array, weight: Array, relative: Array, known: Known) -> Array:
    """Sum (B, padded, padded, 1) of the weighted patches at their places."""
    rows, columns = _matrices(relative, known.own.shape[1], patches.shape[1])
    return translation.apply(rows, weight * np.moveaxis(patches, -1, 1), columns).sum(axis=1)[..., None]


def _summed(weight: Array, relative: Array, known: Known) -> Array:
    rows, columns = _matrices(relative, known.own.shape[1], len(weight))
    return translation.apply(rows, weight, columns).sum(axis=1)[..., None]


def _matrices(relative: Array, padded: int, N: int) -> tuple[Array, Array]:
    return translation.matrix(padded, N, -relative[:, 0, 1]), translation.matrix(padded, N, -relative[:, 0, 0])
