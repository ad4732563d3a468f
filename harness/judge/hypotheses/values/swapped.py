"""The tensor is another stage: two heads are swapped."""

from collections.abc import Iterator

from harness.judge.hypotheses.known import OTHERS, Candidate, Known


def swapped(known: Known) -> Iterator[Candidate]:
    """Amplitude and phase exchanged, or the output of the layer before it or after it."""
    if known.kind != "stage":
        return
    for name, value in {**known.later, **dict(reversed(list(known.stages.items())))}.items():
        if value.shape == known.own.shape and value.dtype.kind == known.own.dtype.kind:
            yield Candidate(f"{OTHERS} {name}, which is another stage", value)
