"""What one factor in all gradients, or in all moments of one kind, means."""

import numpy as np

from harness.arrays import Weights
from harness.judge.evidence import Evidence
from harness.judge.hypotheses.gathering import attempted, batch_of, numbers_of
from harness.judge.hypotheses.known import OTHERS, Known
from harness.judge.hypotheses.training.adam import moments
from harness.judge.hypotheses.training.clipping import clipped_norm
from harness.judge.hypotheses.trial import explanation
from harness.judge.hypotheses.values.numbers import name_of


def meaning_of_gradients(evidence: Evidence, gradients: Weights, factor: float) -> str:
    """The factor of all gradients by its name, and a norm that clipping leaves; empty where it has none."""
    reference = evidence.backends[0]
    numbers = attempted(lambda: numbers_of(evidence, batch_of(evidence, reference), np.zeros(1))) or {}
    name, norm = name_of(factor, numbers), clipped_norm(gradients)
    clipped = "" if norm is None else f"the norm of all together is {norm:g}, as clipping leaves it"
    return ", ".join(filter(None, (name, clipped)))


def meaning_of_moments(evidence: Evidence, kept: str, factor: float) -> str:
    """The beta of Adam that makes one factor in all moments of a kind; empty where none does."""
    ones = np.linspace(1.0, 2.0, 16)
    known = Known(factor * ones, ones, "moment", f"all.{kept}", options=evidence.contract.options)
    found = explanation(known, (moments,))
    return "" if found is None else found.sentence.removeprefix(f"{OTHERS} ")
