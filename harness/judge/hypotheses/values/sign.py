"""The tensor has the opposite sign."""

from collections.abc import Iterator

from harness.judge.hypotheses.known import OTHERS, Candidate, Known


def sign(known: Known) -> Iterator[Candidate]:
    """A sign was lost: of a phase, of an offset, of a gradient."""
    yield Candidate(f"{OTHERS} with the opposite sign", -known.other)
