"""The patches of a group are merged by other weights."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.optics.compute import optics_of, weight_of
from harness.judge.hypotheses.values.scaled import factor_of
from harness.physics import translation
from harness.physics.merge import COVERAGE_FLOOR


def merging(known: Known) -> Iterator[Candidate]:
    """Not divided by the summed weights; another mask above or below the line; another number beside the weights."""
    if known.name != "object_merged" or (optics := optics_of(known)) is None:
        return
    few = known.few()
    patches = few.stages["object_patches"]
    matrices = _matrices(optics.relative[: len(patches)], known.own.shape[1], patches.shape[1])
    part, whole = weight_of(patches, optics), np.ones(patches.shape[1:3])
    images = np.moveaxis(patches, -1, 1)
    placed, placed_whole = (_placed(mask * images, matrices) for mask in (part, whole))
    summed, summed_whole = (_placed(mask, matrices) for mask in (part, whole))
    right = placed / (summed + COVERAGE_FLOOR)
    changes = {
        "not divided by the summed weights": (placed, right * summed),
        "divided by the summed weights of whole patches, not of the part that is predicted": (
            placed / (summed_whole + COVERAGE_FLOOR),
            right * summed / (summed_whole + COVERAGE_FLOOR),
        ),
        "with weights of 1 on whole patches": (placed_whole / (summed_whole + COVERAGE_FLOOR),),
        "of whole patches, divided by the weights of their centres": (placed_whole / (summed + COVERAGE_FLOOR),),
        "divided by the number of patches, not by the summed weights": (placed / patches.shape[-1],),
    }
    for what, ways in changes.items():
        yield from (Candidate(f"{OTHERS} {what}", way) for way in ways)
    yield from _other_floor(few.own, placed, summed)


def _other_floor(own: Array, placed: Array, summed: Array) -> Iterator[Candidate]:
    """The number `c` beside the summed weights that fits best: `own * c = placed - own * summed`."""
    found = factor_of(placed - own * summed, own)
    if found is not None:
        floor = found.real
        text = f"{OTHERS} with {floor:.6g} added to the summed weights in place of {COVERAGE_FLOOR:g}"
        yield Candidate(text, placed / (summed + floor), fitted=True)


def _placed(images: Array, matrices: tuple[Array, Array]) -> Array:
    """Sum (B, padded, padded, 1) of images (B, C, N, N), or of one mask (N, N), at the places of the patches."""
    rows, columns = matrices
    return translation.apply(rows, images, columns).sum(axis=1)[..., None]


def _matrices(relative: Array, padded: int, N: int) -> tuple[Array, Array]:
    """Matrices (B, C, padded, N) along rows and columns; a patch lies at minus its relative offset."""
    return translation.matrix(padded, N, -relative[:, 0, 1]), translation.matrix(padded, N, -relative[:, 0, 0])
