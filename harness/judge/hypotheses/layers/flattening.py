"""An image is flattened, or numbers made an image, in the order of the other framework."""

from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.site import Site, attempted


def flattening(known: Known, site: Site) -> Iterator[Candidate]:
    """Channels first in place of channels last, or rows and columns swapped, before a dense layer or after one."""
    first = site.layers[0]
    if first.kind == "dense" and site.image.ndim == 4:
        for what, flat in _flattened(site.image):
            made = attempted(replace(site, image=flat).computed)
            if made is not None:
                yield Candidate(f"{OTHERS} with the image flattened {what}", made)
    elif first.kind != "dense" and site.image.ndim == 4:
        yield from _made_an_image(known, site.image, lambda image: attempted(replace(site, image=image).computed))


def _flattened(image: Array) -> Iterator[tuple[str, Array]]:
    samples, rows, columns, channels = image.shape
    yield "channels first, not last", np.moveaxis(image, 3, 1).reshape(samples, -1)
    taken_for_first = image.reshape(samples, channels, rows, columns)
    yield (
        "channels last, where the kernel takes channels first",
        np.moveaxis(taken_for_first, 1, 3).reshape(samples, -1),
    )
    yield "by columns, not by rows", image.transpose(0, 2, 1, 3).reshape(samples, -1)
    yield "channels first and by columns", image.transpose(0, 3, 2, 1).reshape(samples, -1)


def _made_an_image(known: Known, image: Array, compute: Callable[[Array], Array | None]) -> Iterator[Candidate]:
    """Where the stage before holds numbers (B, F): the same numbers, taken for channels first."""
    before = next(reversed(list(known.stages.values())), None)
    if before is None or before.ndim != 2:
        return
    rows, columns, channels = image.shape[1:]
    turned = np.moveaxis(image.reshape(len(image), channels, rows, columns), 1, -1)
    made = compute(turned)
    if made is not None:
        yield Candidate(f"{OTHERS} with the numbers made an image channels first, not last", made)
