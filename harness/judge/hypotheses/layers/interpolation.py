"""An upsampling interpolates otherwise: nearest or bilinear, aligned corners, half pixels."""

from collections.abc import Iterator
from functools import partial
from typing import Any

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.compute import as_image
from harness.judge.hypotheses.layers.site import attempted, site_of
from harness.judge.hypotheses.layers.upsampling import METHODS, method_of, resized_by


def interpolation(known: Known) -> Iterator[Candidate]:
    """Every usual way of resizing in place of the one that is stated."""
    if not any("interpolation" in attributes for attributes in known.layers.values()):
        return
    site = site_of(known)
    if site is None or len(site.layers) != 1:
        return
    [layer] = site.layers
    factor: Any = layer.attributes.get("factor", (2, 2))
    stated = method_of(str(layer.attributes["interpolation"]), layer.attributes)
    image = as_image(site.image, known.other.shape[-1])
    for method in METHODS:
        made = attempted(partial(resized_by, image, factor, method))
        if made is not None and method != stated:
            yield Candidate(f"{OTHERS} with {method} in place of {stated}", made)
