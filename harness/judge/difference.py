"""How two tensors differ, and where most."""

from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

from harness.arrays import Array


@dataclass(frozen=True)
class Difference:
    """Figures of the difference of a tensor, the candidate's, from its reference."""

    index: tuple[int, ...]
    """Of the worst element; of a stage, its first number is the sample."""
    reference: complex
    candidate: complex
    max_abs: float
    max_rel: float | None
    """Largest difference over the largest magnitude of the reference; None when that is zero."""
    ulp: float
    """Largest difference in units in the last place of the reference's value there."""
    cosine: float | None
    """Of the angle between the tensors; 1 for a mere factor, None for a tensor of zeros."""
    share: float
    """Share of the elements that differ by more than a thousandth of the largest difference."""

    def as_json(self) -> dict[str, Any]:
        """Plain mapping; complex values as text."""
        values = {name: str(value) if isinstance(value, complex) else value for name, value in asdict(self).items()}
        return {**values, "index": list(self.index)}


def difference(own: Array, other: Array) -> Difference | None:
    """How two tensors differ; None for shapes or types that differ and for values that are not finite."""
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
