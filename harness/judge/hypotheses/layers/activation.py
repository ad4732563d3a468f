"""An activation is missing, was added, or is another one."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from harness.judge.hypotheses.known import OTHERS, Candidate, Known
from harness.judge.hypotheses.layers.activations import ACTIVATIONS, leaky_relu
from harness.judge.hypotheses.layers.compute import Layer, activation
from harness.judge.hypotheses.layers.normalisation import with_setting
from harness.judge.hypotheses.layers.site import Site, attempted, site_of
from harness.ports.contract import ACTIVATION, LINEAR

_SLOPES = (0.01, 0.05, 0.1, 0.2, 0.25, 0.3)


def other_activation(known: Known) -> Iterator[Candidate]:
    """The layer before its activation, before another one; the activation before the layer."""
    site = site_of(known)
    if site is None:
        return
    for number, layer in enumerate(site.layers):
        stated = str(layer.attributes.get(ACTIVATION, LINEAR))
        if stated != LINEAR:
            yield from _of(site, number, with_setting(layer, activation=LINEAR), f"without {stated}")
        last = number == len(site.layers) - 1
        for name, function in _usual().items():
            text = f"with {name} in place of {stated}" if stated != LINEAR else f"with {name} after it"
            bare = with_setting(layer, activation=LINEAR)
            made = attempted(site.with_layer(number, bare).computed) if last else None
            if made is not None:
                yield Candidate(f"{OTHERS} {text}", function(made))
    yield from _before(site)


def _of(site: Site, number: int, layer: Layer, text: str) -> Iterator[Candidate]:
    made = attempted(site.with_layer(number, layer).computed)
    if made is not None:
        yield Candidate(f"{OTHERS} {text}", made)


def _before(site: Site) -> Iterator[Candidate]:
    """The activation of the layer, applied to its input."""
    first = site.layers[0]
    stated = first.attributes.get(ACTIVATION, LINEAR)
    functions: dict[str, Any] = dict(_usual())
    if stated != LINEAR:
        functions = {str(stated): activation(first.attributes), **functions}
    for name, function in functions.items():
        made = attempted(replace(site, image=function(site.image)).computed)
        if made is not None:
            yield Candidate(f"{OTHERS} with {name} before it", made)


def _usual() -> dict[str, Any]:
    return {**ACTIVATIONS, **{f"leaky_relu with {slope:g}": leaky_relu(slope) for slope in _SLOPES}}
