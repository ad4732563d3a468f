"""A trained result in a few kilobytes, small enough to approve and keep under version control.

Two files for each backend: `<backend>.json` holds those of the QUANTITIES (`judge/quantities.py`) that it has,
`<backend>.npz` a small picture of the object that it reconstructed.
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
from harness.judge.quantities import QUANTITIES, applicable, quantity
from harness.judge.reconstructions import measured_against_truth
from harness.judge.truth import part_of, parts_with_a_picture

_SIDE = 64
"""Most pixels a side of the small picture."""


@dataclass(frozen=True)
class Approved:
    """The part of one side's result that is kept as its golden files."""

    quantities: Mapping[str, float | None]
    """Value of each of the QUANTITIES that the side has, by name; None where it is not finite."""
    picture: Array
    """(n, n) float32: means over blocks of pixels of the leading part, 0 where no pixel is covered."""
    weight: Array
    """(n, n) int32: pixels that each mean is over."""

    def distances(self, other: "Approved") -> dict[str, float | None]:
        """How far the result of another run is from this one, by name.

        Of each quantity of this one the absolute difference; of `picture` the root mean square of the difference over
        the contrast (standard deviation) of this picture. None where a run lacks the value, or the pictures have no
        common pixel.
        """
        gaps = {name: difference(own, other.quantities.get(name)) for name, own in self.quantities.items()}
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
    """Reduce the trained result of a side of a case to what golden files hold."""
    aligned, _ = measured_against_truth(evidence, backend)
    part = part_of(aligned.field, parts_with_a_picture(evidence)[0])
    picture, weight = _small(part, aligned.mask)
    return Approved({name: quantity(evidence, backend, name) for name in _names(evidence, backend)}, picture, weight)


def _names(evidence: Evidence, backend: str) -> list[str]:
    """Names of the QUANTITIES that a side has; a command may train no scale, or leave none."""
    has_scale = evidence.bundle(backend).intensity_scale.final is not None
    return [name for name in applicable(evidence) if has_scale or name != "scale"]


def _small(values: Array, mask: Array) -> tuple[Array, Array]:
    """Shrink a picture: means over square blocks of pixels inside the mask, and the number of pixels in each mean."""
    block = math.ceil(len(values) / _SIDE)
    total, weight = (
        block_reduce(array, block, np.sum)  # type: ignore[no-untyped-call]
        for array in (np.where(mask, values, 0.0), mask.astype(np.int32))
    )
    mean = np.divide(total, weight, out=np.zeros_like(total), where=weight > 0)
    return mean.astype(np.float32), weight.astype(np.int32)


def paths_of(folder: Path, backend: str) -> tuple[Path, Path]:
    """Paths of the two files of a side: `<backend>.json` and `<backend>.npz`."""
    return folder / f"{backend}.json", folder / f"{backend}.npz"


def write(folder: Path, backend: str, approved: Approved) -> tuple[Path, Path]:
    """Write both files of a side; returns their paths."""
    paths = paths_of(folder, backend)
    write_json(paths[0], approved.quantities)
    write_npz(paths[1], picture=approved.picture, weight=approved.weight)
    return paths


def read(folder: Path, backend: str) -> Approved:
    """Read both files of a side; raises HarnessError when one is missing or broken."""
    paths = paths_of(folder, backend)
    quantities: Any = read_json(paths[0])
    arrays = read_npz(paths[1])
    if not isinstance(quantities, dict) or not quantities or not quantities.keys() <= QUANTITIES.keys():
        raise HarnessError(f"{paths[0]}: allowed are the figures {', '.join(QUANTITIES)}; approve the result anew.")
    if set(arrays) != {"picture", "weight"} or arrays["picture"].shape != arrays["weight"].shape:
        raise HarnessError(f"{paths[1]}: needed are picture and weight of one shape; approve the result anew.")
    return Approved(quantities, arrays["picture"], arrays["weight"])
