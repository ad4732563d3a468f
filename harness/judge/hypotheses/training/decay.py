"""Weights decay: by a share of themselves, or through the gradient."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.training.step import rounded_number
from harness.judge.hypotheses.values.scaled import factor_of


def decay(known: Known) -> Iterator[Candidate]:
    """What is wrong is a share of the weight: decoupled (AdamW) in a weight, coupled (L2) in gradients and moments."""
    optimiser = known.optimiser
    if optimiser is None or optimiser.start.shape != known.own.shape:
        return
    if known.kind in ("gradient", "moment"):
        yield from _share(known, optimiser.start, "plus {} times the weight (coupled weight decay)")
    elif known.kind == "weight":
        yield from _share(known, optimiser.start, "plus {} times the weight before the step (decoupled weight decay)")
        yield from _share(known, known.other, "plus {} times the weight after the step (decoupled weight decay)")


def _share(known: Known, weight: Array, text: str) -> Iterator[Candidate]:
    """The right tensor and the share of the weight that fits best."""
    share = factor_of(known.own - known.other, weight) if weight.any() else None
    if share is not None and share and not np.iscomplex(share):
        sentence = f"{OTHERS} {text.format(rounded_number(share.real))}"
        yield Candidate(sentence, known.other + share.real * weight, fitted=True)
