"""A picture that a side stitched by a workflow of its own, brought onto the canvas of the case."""

import numpy as np

from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.physics import translation
from harness.physics.canvas import accumulate
from harness.ports.protocol import OwnPicture
from harness.run.legs.placement import PlacedPatches

WHOLE = 1 - 1e-9
"""Share of a canvas pixel that the picture must cover for its value to be known; less is rounding."""


def on_canvas(picture: OwnPicture, placed: PlacedPatches, weight: Array, size: int) -> tuple[Array, Array]:
    """The picture (size, size) on the canvas of the case, and its coverage: what the patches put there.

    Between pixels it is interpolated linearly; a canvas pixel beyond the picture has no value and no coverage.
    """
    at = _pixels(picture, placed.centre[None])
    field = translation.cut(picture.field, *at, size)[0]
    known = translation.cut(np.ones(picture.field.shape), *at, size)[0] >= WHOLE
    coverage = accumulate(np.broadcast_to(weight, (len(placed.positions), *weight.shape)), placed.positions, size)
    return np.where(known, field, 0.0), np.where(known, coverage, 0.0)


def patches_of(picture: OwnPicture, data: GroupedData) -> Array:
    """(M, N, N): what lies in the picture where each pattern of the data was taken; 0 beyond it."""
    return translation.cut(picture.field, *_pixels(picture, np.stack([data.x, data.y], axis=-1)), data.X.shape[-1])


def _pixels(picture: OwnPicture, positions: Array) -> tuple[Array, Array]:
    """Column and row (K,) in the picture of the positions (K, 2), `[x, y]`."""
    rows, columns = picture.field.shape
    (x, y), (own_x, own_y) = positions.T, picture.centre
    return columns // 2 + x - own_x, rows // 2 + y - own_y
