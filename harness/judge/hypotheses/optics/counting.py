"""The intensity scale, or the counts themselves, enter otherwise."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harness.judge.hypotheses.known import OTHERS, Candidate, Known, Optics
from harness.judge.hypotheses.optics.compute import optics_of, variants
from harness.judge.hypotheses.values.rounded import TYPES, rounded_to


def counting(known: Known) -> Iterator[Candidate]:
    """Input and intensity without the scale, with its inverse or its square; counts for amplitudes, and in 16 bits."""
    if known.name not in ("input", "intensity") or (optics := optics_of(known)) is None:
        return
    for sentence, made in variants(known, _changed(optics, known.name)):
        yield Candidate(sentence, made)


def _changed(optics: Optics, name: str) -> Iterator[tuple[str, Optics]]:
    scale, amplitude = optics.log_scale, optics.amplitude
    wrong = {
        "without the intensity scale": 0.0,
        "with the opposite sign of the logarithm of the intensity scale": -scale,
        "with the intensity scale squared": 2 * scale,
        "with the root of the intensity scale": scale / 2,
    }
    for what, value in wrong.items():
        yield f"{OTHERS} {what}", replace(optics, log_scale=value)
    if name != "input":
        return
    counts = np.square(amplitude)
    measured = {
        "of counts where amplitudes are meant": counts,
        "of roots of amplitudes": np.sqrt(amplitude),
        "of counts that wrapped around at 65536 (16 bits)": np.sqrt(counts % 2**16),
        "of counts that wrapped around at 256 (8 bits)": np.sqrt(counts % 2**8),
        "of counts that end at 65535 (16 bits)": np.sqrt(np.minimum(counts, 2**16 - 1)),
        "of whole counts": np.sqrt(np.round(counts)),
        **{f"of amplitudes rounded to {name}": rounded_to(name, amplitude) for name in TYPES},
    }
    for what, changed in measured.items():
        yield f"{OTHERS} {what}", replace(optics, amplitude=changed)
