"""Running statistics follow the batches otherwise."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.values.scaled import factor_of


def statistics(known: Known) -> Iterator[Candidate]:
    """Momentum taken for 1 - m, another momentum, the unbiased variance, or no update at all, after the first step."""
    known_step = known.optimiser
    if known.kind != "state" or known_step is None or known_step.step != 1:
        return
    start, kept = known_step.start, _kept(known)
    if start.shape != known.own.shape or kept is None or not 0 < kept < 1:
        return
    batch = (known.other - kept * start) / (1 - kept)
    yield Candidate("what it was before the step: it does not follow the batches", start)
    turned = kept * batch + (1 - kept) * start
    yield Candidate(f"{OTHERS} with a momentum of {1 - kept:g} in place of {kept:g}: 1 - m for m", turned)
    yield Candidate(f"{OTHERS} as the batch's own, without a memory", batch)
    if known.name.endswith("variance"):
        yield from _unbiased(known, batch, kept, start)
    yield from _solved(known, batch, kept, start)


def _unbiased(known: Known, batch: Array, kept: float, start: Array) -> Iterator[Candidate]:
    """Times n / (n - 1), n being the values of a channel in the batch; or the other way round."""
    for count in _counts(known):
        for factor, text in (
            (count / (count - 1), "the unbiased variance in place of the biased"),
            ((count - 1) / count, "the biased variance in place of the unbiased"),
        ):
            yield Candidate(f"{OTHERS} with {text} ({count} values)", kept * start + (1 - kept) * factor * batch)


def _counts(known: Known) -> list[int]:
    """Values of a channel in the batch, for every stage with as many channels."""
    stages = [stage for stage in known.stages.values() if stage.shape[-1] == known.own.shape[-1]]
    return [count for count in dict.fromkeys(stage.size // stage.shape[-1] for stage in stages) if count > 1]


def _solved(known: Known, batch: Array, kept: float, start: Array) -> Iterator[Candidate]:
    """The momentum that fits best."""
    share = factor_of(known.own - start, batch - start)
    if share is not None and not np.iscomplex(share):
        found = 1 - share.real
        text = f"{OTHERS} with a momentum of {found:.6g} in place of {kept:g}"
        yield Candidate(text, start + share.real * (batch - start), fitted=True)


def _kept(known: Known) -> float | None:
    """The share of the running statistics that a batch leaves, as the layer states it."""
    found = next((layer["momentum"] for layer in known.layers.values() if "momentum" in layer), None)
    return float(found) if isinstance(found, int | float) else None
