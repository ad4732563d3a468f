"""Does the canvas hold what is placed on it? Offsets, sizes and sums, for both halves of a scan and for both sides."""

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.dataset.grouped import GroupedData
from harness.judge.evidence import Evidence
from harness.physics.canvas import centred, required_size
from harness.physics.translation import windows
from harness.records.reassembly import PlacementRecord

HALVES = ("train", "test")


def placement(positions: Array, N: int, size: int) -> PlacementRecord:
    """How patches of N x N pixels at `positions` (K, 2), `[x, y]` from the centre, lie on a canvas of `size` pixels."""
    required = required_size(N, positions)
    padded_sum, required_sum = (placed_sum(positions, N, side) for side in (size, max(size, required)))
    return PlacementRecord(
        patches=len(positions),
        offsets={axis: _range(positions[:, column]) for column, axis in enumerate("xy")},
        max_abs_offset=float(np.abs(positions).max(initial=0.0)),
        size=size,
        required=required,
        fits_canvas=size >= required,
        padded_sum=padded_sum,
        required_sum=required_sum,
        loss_fraction=max(0.0, 1.0 - padded_sum / required_sum),
    )


def placed_sum(positions: Array, N: int, size: int) -> float:
    """Sum over a canvas of `size` pixels of patches of N x N ones placed on it.

    Ones are separable, so it is for each patch the product of what lies on the canvas along either axis; a thousand
    times faster than placing them, and the same as the oracle's `accumulate`.
    """
    along_x, along_y = (_on_canvas(positions[:, axis] + size // 2, N, size) for axis in (0, 1))
    return float(along_x @ along_y)


def _on_canvas(centres: Array, N: int, size: int) -> Array:
    """(K,): how much of N ones placed at `centres` (K,) falls on pixels 0 ... size - 1 of an axis."""
    first, weights = windows(centres, N)
    pixels = first[:, None] + np.arange(N + 1)
    return np.asarray(np.where((pixels >= 0) & (pixels < size), weights.sum(axis=-1), 0.0).sum(axis=-1))


def of_half(evidence: Evidence, half: str) -> PlacementRecord:
    """`placement` of one half of the scan on the canvas of the case, relative to its own centre of mass.

    The test half as it is stitched, group by group; the training half, which is not stitched, with each pattern once.
    """
    data = GroupedData.load(evidence.case_dir / layout.DATASET / f"{half}.npz")
    rows = data.groups.ravel() if half == "test" else np.unique(data.groups)
    _, positions = centred(data.x[rows], data.y[rows])
    return placement(positions, evidence.scenario.dataset.N, evidence.setup.canvas_size)


def of_side(evidence: Evidence, backend: str) -> PlacementRecord:
    """`placement` of what a backend has stitched, on the canvas that it used."""
    size = len(evidence.canvas(backend).field)
    return placement(evidence.predictions(backend).positions, evidence.scenario.dataset.N, size)


def _range(offsets: Array) -> dict[str, float]:
    return {"min": float(offsets.min(initial=0.0)), "max": float(offsets.max(initial=0.0))}
