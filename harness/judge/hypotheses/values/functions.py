"""The tensor is a simple function of the right one: squared, its root, its logarithm."""

from collections.abc import Callable, Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.activations import ACTIVATIONS

FUNCTIONS: dict[str, Callable[[Array], Array]] = {
    "squared": np.square,
    "as its root": np.sqrt,
    "as its modulus": np.abs,
    "as its logarithm": np.log,
    "as the logarithm of 1 + it": np.log1p,
    "as its exponential": np.exp,
    "as its inverse": np.reciprocal,
}


def functions(known: Known) -> Iterator[Candidate]:
    """Amplitudes taken for intensities, a logarithm too many, an activation once more."""
    for name, function in FUNCTIONS.items():
        yield Candidate(f"{OTHERS}, {name}", function(known.other))
    if known.kind == "stage" and not np.iscomplexobj(known.other):
        for name, function in ACTIVATIONS.items():
            yield Candidate(f"{OTHERS} after {name} once more", function(known.other))
