"""A Poisson likelihood with another constant, floor, or kind of counts."""

from collections.abc import Callable, Iterator
from functools import partial

import numpy as np
from scipy.special import gammaln

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.trial import reproduces
from harness.physics.likelihood import INTENSITY_FLOOR

EPSILONS = (1e-8, 1e-6, 1e-7, 1e-10, 1e-5, 1e-3, 1e-12, 1e-9, 1e-4, 1e-2, 0.1, 1.0, 10.0, 1e2, 1e3, 1e4)
"""Under the logarithm; PyTorch's PoissonNLLLoss adds 1e-8."""


def stirling(counts: Array) -> Array:
    """`n log n - n + log(2 pi n) / 2` where n > 1, else 0: `full=True` of PyTorch's PoissonNLLLoss."""
    n = np.maximum(counts, 1.0)
    return np.where(counts > 1, n * np.log(n) - n + 0.5 * np.log(2 * np.pi * n), 0.0)


def poisson(known: Known) -> Iterator[Candidate]:
    """A constant of the counts added, another floor, amplitudes for counts, the counts of the next pattern."""
    found = known.stages.get("intensity")
    if known.kind != "loss" or found is None or "amplitude" not in known.batch:
        return
    predicted, counts, photons = found, np.square(known.batch["amplitude"]), known.numbers.get("nphotons", 1.0)
    if predicted.shape != counts.shape or not reproduces(known, _mean(_terms(predicted, counts), photons)):
        return
    for sentence, terms in _variants(predicted, counts):
        yield Candidate(f"{OTHERS} {sentence}", _mean(terms(), photons))


def _terms(predicted: Array, counts: Array, under: Callable[[Array], Array] | None = None) -> Array:
    """`I - n log(I)` of every pixel."""
    under = under or (lambda intensity: np.maximum(intensity, INTENSITY_FLOOR))
    return predicted - counts * np.log(under(predicted))


def _mean(terms: Array, photons: float) -> Array:
    """(1,): the mean over the patterns of the sum over the pixels, in units of the photons."""
    return np.array([terms.sum() / (terms.shape[0] * terms.shape[-1]) / photons])


def _variants(predicted: Array, counts: Array) -> Iterator[tuple[str, Callable[[], Array]]]:
    root = np.sqrt
    yield "with log(n!) added (lgamma)", lambda: _terms(predicted, counts) + gammaln(counts + 1)
    yield "with Stirling's term added", lambda: _terms(predicted, counts) + stirling(counts)
    yield "with n log(n) - n added", lambda: _terms(predicted, counts) + counts * np.log(np.maximum(counts, 1)) - counts
    yield "of amplitudes, not of counts", lambda: _terms(root(predicted), root(counts))
    yield "of measured amplitudes against predicted counts", lambda: _terms(predicted, root(counts))
    yield "of measured counts against predicted amplitudes", lambda: _terms(root(predicted), counts)
    yield "of the logarithm of the intensity (log_input)", lambda: np.exp(predicted) - counts * predicted
    yield "without the intensity itself", lambda: _terms(predicted, counts) - predicted
    for step in (1, -1):
        yield f"with the counts of sample {step:+d}", partial(_terms, predicted, np.roll(counts, step, 0))
        yield f"with the counts of channel {step:+d}", partial(_terms, predicted, np.roll(counts, step, -1))
    for epsilon in EPSILONS:
        text = f"{epsilon:g} added under the logarithm, in place of a floor of {INTENSITY_FLOOR:g}"
        yield f"with {text}", partial(_terms, predicted, counts, partial(np.add, epsilon))
        text = f"with a floor of {epsilon:g} under the logarithm in place of {INTENSITY_FLOOR:g}"
        yield text, partial(_terms, predicted, counts, partial(np.maximum, epsilon))
