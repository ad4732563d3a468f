"""Weights decay: by a share of themselves, or through the gradient."""

from collections.abc import Iterator

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.training.step import rounded_number
from harness.judge.hypotheses.values.scaled import factor_of


def decay(known: Known) -> Iterator[Candidate]:
    """What is wrong is a share of the weight: decoupled (AdamW) in a weight, coupled (L2) in gradients and moments."""
    known_step = known.optimiser
    if known_step is None or known_step.start.shape != known.own.shape or not known_step.start.any():
        return
    share = factor_of(known.own - known.other, known_step.start)
    if share is None or not share or np.iscomplex(share):
        return
    text = {
        "weight": f"{OTHERS} less {rounded_number(-share.real)} of the weight before the step (decoupled weight decay)",
        "gradient": f"{OTHERS} plus {rounded_number(share.real)} times the weight (coupled weight decay)",
        "moment": f"{OTHERS} plus {rounded_number(share.real)} times the weight (coupled weight decay)",
    }.get(known.kind)
    if text:
        yield Candidate(text, known.other + share.real * known_step.start, fitted=True)
