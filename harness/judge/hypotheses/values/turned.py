"""Images are read from another end, or their rows are columns."""

from collections.abc import Iterator

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known


def turned(known: Known) -> Iterator[Candidate]:
    """Rows, columns or samples in reverse; x and y exchanged."""
    other = known.other
    if not known.is_image:
        return
    yield Candidate(f"{OTHERS} with rows reversed", other[:, ::-1])
    yield Candidate(f"{OTHERS} with columns reversed", other[:, :, ::-1])
    yield Candidate(f"{OTHERS} turned by half a turn", other[:, ::-1, ::-1])
    if np.iscomplexobj(other):
        yield Candidate(f"{OTHERS} as its twin: turned by half a turn and conjugated", other[:, ::-1, ::-1].conj())
    if other.shape[1] == other.shape[2]:
        yield Candidate(f"{OTHERS} with rows and columns swapped", np.swapaxes(other, 1, 2))
        yield Candidate(f"{OTHERS} turned by a quarter turn", np.rot90(other, 1, (1, 2)))
        yield Candidate(f"{OTHERS} turned by a quarter turn the other way", np.rot90(other, -1, (1, 2)))
    yield Candidate(f"{OTHERS} with its samples in reverse order", other[::-1])
