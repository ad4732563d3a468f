"""An upsampling interpolates otherwise: nearest or bilinear, aligned corners, half pixels."""

from collections.abc import Iterator

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.compute import Layer
from harness.judge.hypotheses.layers.settings import with_setting
from harness.judge.hypotheses.layers.site import Site
from harness.judge.hypotheses.layers.upsampling import METHOD, METHODS, method_of


def interpolation(_: Known, site: Site) -> Iterator[Candidate]:
    """Every usual way of resizing in place of the one that is stated."""
    yield from (Candidate(sentence, made) for sentence, made in site.variants(_changed))


def _changed(layer: Layer) -> Iterator[tuple[str, Layer]]:
    if "interpolation" in layer.attributes:
        stated = method_of(layer.attributes)
        for method in METHODS:
            if method != stated:
                yield f"{OTHERS} with {method} in place of {stated}", with_setting(layer, **{METHOD: method})
