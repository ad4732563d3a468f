"""The layers of a stage are right; their input is turned, shifted, or another one."""

from collections.abc import Iterator
from dataclasses import replace

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.inputs import inputs
from harness.judge.hypotheses.layers.site import Site, attempted


def fed(known: Known, site: Site) -> Iterator[Candidate]:
    """The stage before the last in place of the last, an input in another order, or off by a pixel."""
    for what, image in _changed(site.image):
        made = attempted(replace(site, image=image).computed)
        if made is not None:
            yield Candidate(f"{OTHERS} with its input ({site.source}) {what}", made)
    for name, image in inputs(known.few()):
        made = attempted(replace(site, image=image).computed) if name != site.source else None
        if made is not None:
            yield Candidate(f"{OTHERS} with {name} for its input in place of {site.source}", made)


def _changed(image: Array) -> Iterator[tuple[str, Array]]:
    if image.ndim != 4:  # (B, H, W, C)
        return
    yield "in reverse order of the samples", image[::-1]
    yield "with rows and columns swapped", np.swapaxes(image, 1, 2)
    yield "with rows reversed", image[:, ::-1]
    yield "with columns reversed", image[:, :, ::-1]
    yield "with its channels in reverse order", image[..., ::-1]
    yield "after a shift of the zero frequency (fftshift)", np.fft.fftshift(image, axes=(1, 2))
    for step in (1, -1):
        for name, axis in (("row", 1), ("column", 2), ("channel", 3)):
            yield f"rolled by {step:+d} {name}", np.roll(image, step, axis)
