"""Whether both sides left out the same pixels of the detector, and whether nothing measured is left on these.

Evidence: `dataset/` and the mask that each side was given, `<backend>/lockstep/mask.npy`. Nothing is judged of data in
which every pixel counts.
"""

from pathlib import Path

import numpy as np

from harness import layout
from harness.arrays import Array
from harness.dataset import masks, npz
from harness.dataset.grouped import GroupedData
from harness.judge.evidence import Evidence
from harness.judge.findings import Findings


def judge_mask(findings: Findings, evidence: Evidence, train: GroupedData, test: GroupedData) -> None:
    """Add the checks of the mask to those of rung `dataset`."""
    arrays, dataset = evidence.arrays(Path(layout.DATASET, layout.DATA), npz.REQUIRED), evidence.scenario.dataset
    own, described = evidence.mask, masks.described(dataset.mask, dataset.N)
    in_data, given = arrays.get(npz.MASK), {backend: _given(evidence, backend) for backend in evidence.backends}
    if all(mask is None for mask in (own, described, in_data, *given.values())):
        return
    findings.demand("mask.data", _same(in_data, own), f"{layout.DATA} {_told(in_data)}, {layout.MASK} {_told(own)}")
    if dataset.source == "simulated":
        message = f"dataset.mask of the scenario {_told(described)}, {layout.MASK} {_told(own)}"
        findings.demand("mask.described", _same(described, own), message)
    for backend, mask in given.items():
        message = f"{backend} was given a mask that {_told(mask)}; {layout.MASK} {_told(own)}"
        findings.demand(f"{backend}.mask", _same(mask, own), message)
    if own is not None:
        _judge_zeros(findings, own, {layout.DATA: arrays["diff3d"], layout.TRAIN: train.X, layout.TEST: test.X})


def _judge_zeros(findings: Findings, mask: Array, patterns: dict[str, Array]) -> None:
    shapes = {name: array.shape[1:] for name, array in patterns.items()}
    if wrong := [name for name, shape in shapes.items() if shape != mask.shape]:
        findings.demand("mask.zeros", False, f"{layout.MASK} is {mask.shape}, and {', '.join(wrong)} are of other size")
        return
    filled = [name for name, array in patterns.items() if array[:, ~mask].any()]
    message = f"files in which a pixel that does not count holds something: {', '.join(filled) or 'none'}"
    findings.demand("mask.zeros", not filled, message)


def _given(evidence: Evidence, backend: str) -> Array | None:
    """The mask that a side was given; None where it was given none."""
    evidence.batch(backend)  # where that is missing, the mask was never to be had
    given = Path(layout.LOCKSTEP, layout.MASK)
    return evidence.array(Path(backend, given)) if (evidence.folder(backend) / given).is_file() else None


def _same(one: Array | None, other: Array | None) -> bool:
    return one is not None and other is not None and one.dtype == other.dtype and np.array_equal(one, other)


def _told(mask: Array | None) -> str:
    """What is said of a mask: how many pixels it leaves out, where the first and the last of them lie."""
    if mask is None:
        return "leaves no pixel out"
    left_out = np.argwhere(~mask.astype(bool))
    where = f" from {tuple(map(int, left_out[0]))} to {tuple(map(int, left_out[-1]))}" if len(left_out) else ""
    return f"leaves out {len(left_out)} of {mask.size} pixels{where}"
