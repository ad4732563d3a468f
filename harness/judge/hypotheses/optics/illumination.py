"""The exit wave is made with another probe."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known, Optics
from harness.judge.hypotheses.optics.compute import optics_of, variants
from harness.judge.hypotheses.values.rounded import TYPES, rounded_to
from harness.physics.probe import circular_mask


def illumination(known: Known) -> Iterator[Candidate]:
    """A probe that is conjugated, turned, shifted, masked, multiplied in twice or left out."""
    if known.name != "exit_wave" or (optics := optics_of(known)) is None:
        return
    for sentence, made in variants(known, _changed(optics)):
        yield Candidate(sentence, made)


def _changed(optics: Optics) -> Iterator[tuple[str, Optics]]:
    probe, mask = optics.probe, circular_mask(len(optics.probe))
    masked = np.array_equal(probe, probe * mask)
    changes = {
        "conjugated": probe.conj(),
        "multiplied in twice": probe * probe,
        "left out": np.ones_like(probe),
        "without its phase": np.abs(probe) + 0j,
        "as its intensity": np.abs(probe) ** 2 + 0j,
        "with rows and columns swapped": probe.T,
        "turned by half a turn": probe[::-1, ::-1],
        "with rows reversed": probe[::-1],
        "with columns reversed": probe[:, ::-1],
        "after a shift of its centre (fftshift)": np.fft.fftshift(probe),
        **({} if masked else {"masked by the circle": probe * mask}),
        **{f"shifted by {step:+d} {name}": np.roll(probe, step, axis) for step in (1, -1) for name, axis in _AXES},
        **{f"rounded to {name}": rounded_to(name, probe) for name in TYPES},
        "divided by its root mean square, not by its mean modulus": probe * _ratio(probe),
    }
    for what, changed in changes.items():
        yield f"{OTHERS} with the probe {what}", replace(optics, probe=changed)


_AXES = (("row", 0), ("column", 1))


def _ratio(probe: np.ndarray) -> float:
    """Mean modulus over root mean square."""
    modulus = np.abs(probe)
    return float(modulus.mean() / np.sqrt(np.square(modulus).mean()))
