"""A step of Adam, or one of its moments, with other constants."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known, Optimiser
from harness.judge.hypotheses.training.constants import constants
from harness.judge.hypotheses.values.scaled import factor_of

EPSILONS = (1e-7, 1e-8, 1e-6, 1e-5, 1e-3, 1e-4, 1e-9, 1e-10, 1e-12, 1e-15, 1e-16, 0.0)
"""1e-7 is the default of Keras, 1e-8 that of PyTorch and of the paper."""
BETAS = (0.9, 0.999, 0.99, 0.95, 0.98, 0.5, 0.0)
"""Usual decay rates: 0.9 and 0.999 are the paper's."""


def moments(known: Known) -> Iterator[Candidate]:
    """A moment after the first step is `(1 - beta) g` or `(1 - beta) g^2`: with another beta a multiple of that."""
    found = constants(known.options)
    if known.kind != "moment" or not found:
        return
    number = 1 if known.name.endswith("second_moment") else 0
    stated = found[number]
    for beta in BETAS:
        if beta != stated:
            text = f"{OTHERS} with a beta_{number + 1} of {beta:g} in place of {stated:g}"
            yield Candidate(text, known.other * (1 - beta) / (1 - stated))
    yield Candidate(
        f"{OTHERS} with beta_{number + 1} and 1 - beta_{number + 1} exchanged", known.other * stated / (1 - stated)
    )


def adam(known: Known) -> Iterator[Candidate]:
    """Another epsilon, or epsilon in the other of its two places ("epsilon hat"); beta, and no bias correction."""
    optimiser = known.optimiser
    if known.kind != "weight" or optimiser is None or optimiser.step != 1 or optimiser.gradient is None:
        return
    found = constants(known.options)
    if found is None or optimiser.gradient.shape != known.own.shape:
        return
    _, beta_2, epsilon = found
    place, rate = _as_stated(optimiser, known.other, beta_2, epsilon)
    for other_place in PLACES:
        text = "" if other_place == place else f", {PLACES[other_place]},"
        for value in dict.fromkeys((epsilon, *EPSILONS)):
            if (other_place, value) != (place, epsilon):
                sentence = f"{OTHERS} with Adam's epsilon of {value:g}{text} in place of {epsilon:g}"
                yield Candidate(sentence, optimiser.start - rate * direction(optimiser, beta_2, value, other_place))


def _as_stated(optimiser: Optimiser, after: Array, beta_2: float, epsilon: float) -> tuple[str, float]:
    """The place of epsilon, and the learning rate, that give the right weight best.

    The rate is that of the first step, which a schedule of the network's own may have changed.
    """
    taken, fits = optimiser.start - after, dict[str, tuple[float, float]]()
    for place in PLACES:
        unit = direction(optimiser, beta_2, epsilon, place)
        rate = float(np.real(factor_of(taken, unit) or 0.0))
        fits[place] = (float(np.abs(taken - rate * unit).max()), rate)
    best = min(fits, key=lambda place: fits[place][0])
    return best, fits[best][1]


PLACES = {
    "after": "added after the bias correction",
    "before": "added before the bias correction (epsilon hat)",
    "inside": "added under the root",
}
"""Where epsilon stands: as in the paper and PyTorch, as in Keras, as in some ports."""


def direction(optimiser: Optimiser, beta_2: float, epsilon: float, place: str) -> Array:
    """The first step for a learning rate of 1, where the corrected moments are the gradient and its square."""
    gradient = optimiser.gradient
    assert gradient is not None
    if place == "inside":
        return gradient / np.sqrt(np.square(gradient) + epsilon)
    late = epsilon if place == "after" else epsilon / np.sqrt(1 - beta_2)
    return gradient / (np.abs(gradient) + late)
