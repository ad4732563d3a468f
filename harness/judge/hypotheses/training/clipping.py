"""Gradients are clipped, or counted more than once."""

from collections.abc import Iterator, Mapping

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.values.numbers import PRECISE

BOUNDS = (1.0, 0.5, 5.0, 10.0, 0.1, 0.25, 2.0, 100.0, 0.01, 0.001)
"""Usual bounds of clipping, for values and for norms."""


def clipping(known: Known) -> Iterator[Candidate]:
    """Every value, or the norm of this tensor, is held within a bound."""
    if known.kind != "gradient" or np.iscomplexobj(known.other):
        return
    norm = float(np.linalg.norm(known.other))
    for bound in BOUNDS:
        yield Candidate(f"{OTHERS} with values clipped to {bound:g}", np.clip(known.other, -bound, bound))
        if norm > bound:
            yield Candidate(f"{OTHERS} with its norm clipped to {bound:g}", known.other * bound / norm)


def clipped_norm(gradients: Mapping[str, Array]) -> float | None:
    """The round number that the norm of all gradients together is, if it is one: clipping leaves that."""
    norm = float(np.sqrt(sum(float(np.vdot(value, value).real) for value in gradients.values())))
    return next((bound for bound in BOUNDS if abs(norm - bound) <= PRECISE["float32"] * bound), None)
