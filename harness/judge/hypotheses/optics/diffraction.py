"""The diffraction pattern is that of another Fourier transform."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.optics.compute import optics_of
from harness.judge.hypotheses.values.rounded import TYPES, rounded_to
from harness.physics import forward


def diffraction(known: Known) -> Iterator[Candidate]:
    """The inverse transform, other shifts, the intensity for the amplitude, rounding before the root."""
    if known.name != "diffraction_amplitude" or optics_of(known) is None:
        return
    psi = known.few().stages["exit_wave"]
    power = forward.squared(forward.diffract(psi))
    yield Candidate(f"{OTHERS} by the inverse transform", np.abs(forward.diffract(psi.conj())))
    yield Candidate(
        f"{OTHERS} without the shift of the zero frequency", np.abs(np.fft.fft2(psi, axes=(1, 2), norm="ortho"))
    )
    shifted = np.fft.fftshift(psi, axes=(1, 2))
    yield Candidate(f"{OTHERS} of the exit wave after fftshift", np.abs(forward.diffract(shifted)))
    yield Candidate(f"{OTHERS} as intensity, not as amplitude", power)
    yield Candidate(f"{OTHERS} without the square in the modulus", np.abs(forward.diffract(psi).real))
    for name in TYPES:
        yield Candidate(
            f"{OTHERS} with the intensity rounded to {name} before its root", np.sqrt(rounded_to(name, power))
        )
    yield from _of_axes(psi)


def _of_axes(psi: Array) -> Iterator[Candidate]:
    """Transforms over other axes, as where channels come first."""
    for axes, what in (
        ((0, 1), "samples and rows"),
        ((2, 3), "columns and channels"),
        ((1,), "rows"),
        ((2,), "columns"),
    ):
        wave = np.fft.fftshift(np.fft.fftn(psi, axes=axes, norm="ortho"), axes=axes)
        yield Candidate(f"{OTHERS} transformed over {what} alone", np.abs(wave))
