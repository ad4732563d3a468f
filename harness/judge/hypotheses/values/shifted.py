"""An index is off: images are shifted by a pixel, samples by one, or the zero frequency lies elsewhere."""

from collections.abc import Iterator

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known

AXES = {"sample": 0, "row": 1, "column": 2, "channel": 3}


def shifted(known: Known) -> Iterator[Candidate]:
    """A shift of the Fourier transform that is missing or was done twice; an index that begins at another number."""
    other = known.other
    if not known.is_image:
        return
    yield Candidate(f"{OTHERS} after a shift of the zero frequency (fftshift)", np.fft.fftshift(other, axes=(1, 2)))
    if any(size % 2 for size in other.shape[1:3]):
        yield Candidate(f"{OTHERS} after ifftshift", np.fft.ifftshift(other, axes=(1, 2)))
    for name, axis in AXES.items():
        for step in (1, -1):
            yield Candidate(f"{OTHERS} rolled by {step:+d} {name}", np.roll(other, step, axis))
    for step in (1, -1):
        yield Candidate(f"{OTHERS} rolled by {step:+d} row and column", np.roll(other, (step, step), (1, 2)))
        for name in ("row", "column"):
            yield Candidate(f"{OTHERS} shifted by {step:+d} {name}, zero at the edge", _zero_filled(other, name, step))


def _zero_filled(images: Array, name: str, step: int) -> Array:
    """Images (B, H, W, C) shifted by one pixel; what comes in from outside is 0."""
    axis = AXES[name]
    moved = np.moveaxis(np.roll(images, step, axis), axis, 0)
    moved[0 if step > 0 else -1] = 0
    return np.moveaxis(moved, 0, axis)
