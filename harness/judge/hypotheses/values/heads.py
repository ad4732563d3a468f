"""Two heads have each other's weights: what one has to predict comes out through the activation of the other."""

from collections.abc import Callable, Iterator

import numpy as np
from scipy.special import expit, logit

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known

BOUNDS = (np.pi, np.pi / 2, 1.0)
"""Values that a bounded head takes at most."""
ACTIVATIONS: dict[str, tuple[Callable[[Array], Array], Callable[[Array], Array]]] = {
    "tanh": (np.tanh, np.arctanh),
    "sigmoid": (expit, logit),
}
"""Activations of heads, each with its inverse."""


def heads(known: Known) -> Iterator[Candidate]:
    """What entered the activation of another stage, through this one's own activation, times this one's limit."""
    if not known.is_image or np.iscomplexobj(known.other):
        return
    for name, value in {**known.later, **known.stages}.items():
        if value.shape != known.own.shape or value.dtype.kind != known.own.dtype.kind:
            continue
        for made in _through(value):
            limit = float(np.vdot(made, known.own) / np.vdot(made, made))
            yield Candidate(f"{OTHERS} with the weights of {name}: the heads are swapped", limit * made, fitted=True)


def _through(value: Array) -> Iterator[Array]:
    """A bounded stage, its activation undone and another one applied."""
    for bound in BOUNDS:
        if np.abs(value).max() < bound:
            for own, (_, undo) in ACTIVATIONS.items():
                entered = undo(value / bound)
                yield from (do(entered) for other, (do, _) in ACTIVATIONS.items() if other != own)
