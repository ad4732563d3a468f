"""A complex tensor is conjugated, or is not complex any more."""

from collections.abc import Iterator

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known


def conjugate(known: Known) -> Iterator[Candidate]:
    """The sign of a phase, or of a Fourier transform; a gradient by the other convention (JAX's against PyTorch's)."""
    other = known.other
    if np.iscomplexobj(other):
        yield Candidate(f"{OTHERS}, conjugated", other.conj())
        yield Candidate(f"{OTHERS}, conjugated and with the opposite sign", -other.conj())
        yield Candidate(f"{OTHERS} without its imaginary part", other.real + 0j)
        yield Candidate(f"{OTHERS} without its real part", 1j * other.imag)
        yield Candidate(f"{OTHERS} with real and imaginary parts swapped", other.imag + 1j * other.real)
        yield Candidate(f"{OTHERS} without its phase", np.abs(other) + 0j)
