"""The trial: every hypothesis is held against the first wrong tensor, and named only if it explains it to rounding."""

import contextlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import numpy as np

from harness.arrays import Array, Precision
from harness.judge.comparing import relative_error
from harness.judge.hypotheses.known import Candidate, Hypothesis, Known

ROUNDING: dict[Precision, float] = {"float64": 1e-10, "float32": 1e-5}
"""What rounding may leave, of the largest value: the limits of rungs 2, 5 and 6 for sums in another order."""
EXPLAINED = 1e-3
"""The largest share of the difference that may be left: a near miss, such as another factor, leaves more."""
EXPLAINED_OF_FEW = 1e-6
"""The same of a tensor with fewer than MIN_SIZE values, which a cruder one would explain by chance."""
MIN_SIZE = 8
"""Smallest number of values for which a number may be fitted, or an order sought."""


@dataclass(frozen=True)
class Explanation:
    """A hypothesis that explains the wrong tensor."""

    sentence: str
    left: float
    """Largest difference that is left, of the tensor's largest value."""


def explanation(known: Known, hypotheses: Iterable[Hypothesis]) -> Explanation | None:
    """The first hypothesis that leaves nothing but rounding; None where none does.

    What is left must be both rounding and a small share of the difference that was there.
    """
    before = relative_error(known.own, known.other)
    if not before or not np.isfinite(before):
        return None
    for candidate in _candidates(known, hypotheses):
        left = _left(known, candidate)
        if left is not None:
            return Explanation(candidate.sentence, left)
    return None


def _candidates(known: Known, hypotheses: Iterable[Hypothesis]) -> Iterator[Candidate]:
    """All candidates; one that was fitted to few values, or that has another shape, is none."""
    with np.errstate(all="ignore"):  # a hypothesis that does not hold may divide by zero
        for candidate in chain.from_iterable(_of(hypothesis, known) for hypothesis in hypotheses):
            if candidate.fitted and known.own.size < MIN_SIZE:
                continue
            if _fits(known.own, candidate.explained):
                yield candidate


def _of(hypothesis: Hypothesis, known: Known) -> Iterator[Candidate]:
    """The candidates of one hypothesis; where the tensors are of a shape that it did not expect, there are no more."""
    with contextlib.suppress(ArithmeticError, LookupError, TypeError, ValueError):  # else the place is lost
        yield from hypothesis(known)


def _fits(own: Array, explained: Array) -> bool:
    """Whether a candidate has the shape of the tensor, but for samples at its end."""
    shape = np.shape(explained)
    return shape == own.shape or (own.ndim > 1 and shape[1:] == own.shape[1:] and 1 < shape[0] < own.shape[0])


def _left(known: Known, candidate: Candidate) -> float | None:
    """What a candidate leaves, of its largest value; None where that is more than rounding, or not much less than all.

    A candidate may hold the first samples alone: then these must differ, and are explained.
    """
    own, other = known.own, known.other
    explained = candidate.explained
    if own.shape != explained.shape:
        own, other = own[: len(explained)], other[: len(explained)]
    left = 0.0 if np.array_equal(own, explained) else relative_error(own, explained)
    return left if left is not None and left <= _allowed(known, own, other) else None


def _allowed(known: Known, own: Array, other: Array) -> float:
    """The most that may be left of a difference: rounding, and a small share of it; below 0 where there is none."""
    before = relative_error(own, other)
    share = EXPLAINED if known.own.size >= MIN_SIZE else EXPLAINED_OF_FEW
    return min(ROUNDING[known.worked_in], share * before) if before else -1.0


def reproduces(known: Known, computed: Array) -> bool:
    """Whether a formula gives the right tensor: only then are its variants worth a trial.

    It must do so as nearly as they have to: else what changes nothing would explain that the right tensor is off.
    """
    if np.shape(computed) != known.other.shape:
        return False
    error = relative_error(computed, known.other)
    return error is not None and error <= _allowed(known, known.own, known.other)
