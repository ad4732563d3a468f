"""Measures of the difference of two tensors, and the element where they differ most."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from harness.arrays import Array


@dataclass(frozen=True)
class Difference:
    """Measures of the difference of the candidate's tensor from its reference."""

    index: tuple[int, ...]
    """Index of the element that differs most; the first number of a stage's index is the sample in the batch."""
    reference: complex
    """Value of the reference at that element."""
    candidate: complex
    """Value of the candidate there."""
    max_abs: float
    """Largest absolute difference."""
    max_rel: float | None
    """Largest absolute difference over the largest magnitude of the reference; None when that is zero."""
    ulp: float
    """Largest absolute difference in units in the last place of the reference's value at that element."""
    cosine: float | None
    """Cosine of the angle between the tensors: 1 when they differ by a factor only; None for a tensor of zeros."""
    share: float
    """Share of the elements that differ by more than a thousandth of the largest difference."""

    def as_json(self) -> dict[str, Any]:
        """The measures by name, with complex values as text."""
        values = {name: str(value) if isinstance(value, complex) else value for name, value in asdict(self).items()}
        return {**values, "index": list(self.index)}


def difference(own: Array, other: Array) -> Difference | None:
    """Measure how a tensor differs from its reference `other`.

    None for empty tensors, for shapes or types that differ, and for values that are not finite.
    """
    if own.shape != other.shape or own.dtype != other.dtype or own.size == 0:
        return None
    if not (np.isfinite(own).all() and np.isfinite(other).all()):
        return None
    wide = np.result_type(own, np.float64)
    gaps = np.abs(own.astype(wide) - other.astype(wide))
    index = tuple(int(place) for place in np.unravel_index(np.argmax(gaps), gaps.shape))
    largest, worst = float(np.abs(other).max()), float(gaps[index])
    norms = float(np.linalg.norm(own.astype(wide)) * np.linalg.norm(other.astype(wide)))
    return Difference(
        index=index,
        reference=other[index].item(),
        candidate=own[index].item(),
        max_abs=worst,
        max_rel=worst / largest if largest else None,
        ulp=worst / float(np.spacing(np.abs(other[index]))),
        cosine=float(np.abs(np.vdot(own.astype(wide), other.astype(wide))) / norms) if norms else None,
        share=float((gaps > worst / 1000).mean()) if worst else 0.0,
    )
