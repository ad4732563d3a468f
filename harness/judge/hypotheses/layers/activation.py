"""An activation is missing, was added, or is another one."""

from collections.abc import Iterator
from dataclasses import replace

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.activations import ACTIVATIONS, Activation, leaky_relu
from harness.judge.hypotheses.layers.compute import Layer, activation
from harness.judge.hypotheses.layers.settings import with_setting
from harness.judge.hypotheses.layers.site import Site, attempted
from harness.ports.contract import ACTIVATION, LINEAR

_SLOPES = (0.01, 0.05, 0.1, 0.2, 0.25, 0.3)


def other_activation(_: Known, site: Site) -> Iterator[Candidate]:
    """The layer without its activation, with another one, with one more; the activation before the layer."""
    yield from (Candidate(sentence, made) for sentence, made in site.variants(_changed))
    yield from _before(site)


def _changed(layer: Layer) -> Iterator[tuple[str, Layer]]:
    stated = layer.attributes.get(ACTIVATION, LINEAR)
    if stated != LINEAR:
        yield f"{OTHERS} without {stated}", with_setting(layer, activation=LINEAR)
    for name, function in _usual().items():
        if stated != LINEAR:
            bare = with_setting(layer, activation=LINEAR)
            yield f"{OTHERS} with {name} in place of {stated}", replace(bare, then=function)
        yield f"{OTHERS} with {name} after it", replace(layer, then=function)


def _before(site: Site) -> Iterator[Candidate]:
    """The activation of the first layer, or a usual one, applied to its input."""
    first = site.layers[0]
    stated = first.attributes.get(ACTIVATION, LINEAR)
    own = {} if stated == LINEAR else {str(stated): activation(first.attributes)}
    for name, function in {**own, **_usual()}.items():
        made = attempted(replace(site, image=function(site.image)).computed)
        if made is not None:
            yield Candidate(f"{OTHERS} with {name} before it", made)


def _usual() -> dict[str, Activation]:
    return {**ACTIVATIONS, **{f"leaky_relu with {slope:g}": leaky_relu(slope) for slope in _SLOPES}}
