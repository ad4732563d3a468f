"""The terms of a loss are added with other weights."""

from collections.abc import Iterator

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known


def weighting(known: Known) -> Iterator[Candidate]:
    """A term that is left out, counted twice, or not weighted; the mean of the terms in place of their sum."""
    if known.kind != "loss" or known.name != "loss" or not known.terms:
        return
    total = sum(value * weight for value, weight in known.terms.values())
    for name, (value, weight) in known.terms.items():
        for wrong in (0.0, 1.0, 2 * weight, weight / 2, -weight):
            if wrong != weight:
                sentence = f"{OTHERS} with {name} weighted by {wrong:g} in place of {weight:g}"
                yield Candidate(sentence, np.array([total + (wrong - weight) * value]))
    yield Candidate(f"{OTHERS} as the mean of its terms, not their sum", np.array([total / len(known.terms)]))
    yield Candidate(f"{OTHERS} without the weights of its terms", np.array([sum(v for v, _ in known.terms.values())]))
