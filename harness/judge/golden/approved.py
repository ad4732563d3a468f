"""A trained result in a few kilobytes, fit to be approved: the figures of one side, and a small picture of its object.

Two files for each backend: `<backend>.json` with the figures, `<backend>.npz` with the picture.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from skimage.measure import block_reduce

from harness.arrays import Array
from harness.errors import HarnessError
from harness.files import read_json, read_npz, write_json, write_npz
from harness.judge.comparing import difference
from harness.judge.evidence import Evidence
from harness.judge.quantities import QUANTITIES, quantity
from harness.judge.reconstructions import measured_against_truth
from harness.judge.truth import part_of, parts_with_a_picture

_SIDE = 64
"""Pixels: no picture is larger."""


@dataclass(frozen=True)
class Approved:
    """What is kept of one side of one run."""

    figures: Mapping[str, float | None]
    """The QUANTITIES."""
    picture: Array
    """(n, n) float32: means over blocks of pixels of the part that carries the picture, 0 where nothing lies."""
    weight: Array
    """(n, n) int32: pixels that each mean is over."""

    def distances(self, other: "Approved") -> dict[str, float | None]:
        """How far another run is from this one.

        Of each figure the difference; of the `picture` the root mean square of the difference over the contrast
        (standard deviation) of this one. None where a run has no such figure, or their pictures have no common place.
        """
        gaps = {name: difference(self.figures[name], other.figures[name]) for name in QUANTITIES}
        found = {name: None if gap is None else abs(gap) for name, gap in gaps.items()}
        return {**found, "picture": self._picture_distance(other)}

    def _picture_distance(self, other: "Approved") -> float | None:
        if self.picture.shape != other.picture.shape:
            return None
        both = (self.weight > 0) & (other.weight > 0)
        if not both.any() or not (contrast := self.picture[both].std(dtype=np.float64)) > 0:
            return None
        apart = self.picture[both].astype(np.float64) - other.picture[both]
        return float(np.sqrt(np.mean(apart**2)) / contrast)


def of_side(evidence: Evidence, backend: str) -> Approved:
    """What is kept of a side of a case."""
    aligned, _ = measured_against_truth(evidence, backend)
    part = part_of(aligned.field, parts_with_a_picture(evidence)[0])
    picture, weight = _small(part, aligned.mask)
    return Approved({name: quantity(evidence, backend, name) for name in QUANTITIES}, picture, weight)


def _small(values: Array, mask: Array) -> tuple[Array, Array]:
    """Means over square blocks of the pixels inside the mask, and how many there are."""
    block = math.ceil(len(values) / _SIDE)
    total, weight = (
        block_reduce(array, block, np.sum)  # type: ignore[no-untyped-call]
        for array in (np.where(mask, values, 0.0), mask.astype(np.int32))
    )
    mean = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    return mean.astype(np.float32), weight.astype(np.int32)


def paths_of(folder: Path, backend: str) -> tuple[Path, Path]:
    """The files of a side: figures and picture."""
    return folder / f"{backend}.json", folder / f"{backend}.npz"


def write(folder: Path, backend: str, approved: Approved) -> tuple[Path, Path]:
    """Write the files of a side; returns their paths."""
    paths = paths_of(folder, backend)
    write_json(paths[0], approved.figures)
    write_npz(paths[1], picture=approved.picture, weight=approved.weight)
    return paths


def read(folder: Path, backend: str) -> Approved:
    """Read the files of a side; raises HarnessError when one is missing or broken."""
    paths = paths_of(folder, backend)
    figures: Any = read_json(paths[0])
    arrays = read_npz(paths[1])
    if not isinstance(figures, dict) or set(figures) != set(QUANTITIES):
        raise HarnessError(f"{paths[0]}: needed are the figures {', '.join(QUANTITIES)}; approve the result anew.")
    if set(arrays) != {"picture", "weight"} or arrays["picture"].shape != arrays["weight"].shape:
        raise HarnessError(f"{paths[1]}: needed are picture and weight of one shape; approve the result anew.")
    return Approved(figures, arrays["picture"], arrays["weight"])
