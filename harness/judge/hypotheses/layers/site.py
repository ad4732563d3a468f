"""Where a wrong stage is made: its layers, and the input with which they make the right one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import Known
from harness.judge.hypotheses.layers.compute import Layer, output
from harness.judge.hypotheses.layers.inputs import inputs
from harness.judge.hypotheses.trial import reproduces
from harness.judge.hypotheses.values.scaled import factor_of
from harness.ports.contract import Attributes

CANNOT = (KeyError, ValueError, IndexError, TypeError, np.exceptions.AxisError)
"""What the functions of a layer raise for attributes, or an input, that they do not fit."""
Change = Callable[[Layer], Iterator[tuple[str, Layer]]]
"""From a layer to other ones, each with a sentence."""


@dataclass(frozen=True)
class Site:
    """A chain of layers that makes the right stage of its input."""

    layers: tuple[Layer, ...]
    image: Array
    """Their input (B, H, W, C) or (B, F)."""
    source: str
    """Name of the stage that the input is, or `the batch`."""
    shape: tuple[int, ...]
    """Shape of the stage."""
    scale: complex = 1.0
    """What the port multiplies their output with, such as the amplitude that its head can reach."""

    def computed(self) -> Array:
        """What the layers make of the input."""
        made = self.image
        for layer in self.layers:
            made = output(layer, made)
        return self.scale * in_groups(made, self.shape)

    def variants(self, change: Change) -> Iterator[tuple[str, Array]]:
        """Sentence and stage for every change of any one layer that can be computed, then of all layers alike."""
        alike: dict[str, Site] = {}
        rest = self
        for number, layer in enumerate(self.layers):
            for sentence, changed in change(layer):
                where = f", in {layer.name}" if len(self.layers) > 1 else ""
                yield from _made(sentence + where, rest.with_layer(0, changed))
                alike[sentence] = alike.get(sentence, self).with_layer(number, changed)
            rest = replace(rest, layers=rest.layers[1:], image=output(layer, rest.image))
        if len(self.layers) > 1:
            for sentence, site in alike.items():
                yield from _made(f"{sentence}, in every layer", site)

    def with_layer(self, number: int, layer: Layer) -> "Site":
        """The chain with another layer at a place."""
        return replace(self, layers=(*self.layers[:number], layer, *self.layers[number + 1 :]))


def _made(sentence: str, site: Site) -> Iterator[tuple[str, Array]]:
    made = attempted(site.computed)
    if made is not None:
        yield sentence, made


def site_of(known: Known) -> Site | None:
    """The layers of a wrong stage with the input of which they make the right one; None where there is no such.

    A stage whose layers, as they are stated, do not give the right value here says nothing about other layers.
    """
    if known.kind != "stage" or not known.layers:
        return None
    known = known.few()
    layers = tuple(_layer(known, name, attributes) for name, attributes in known.layers.items())
    for source, image in inputs(known):
        site = Site(layers, image, source, known.own.shape)
        made = attempted(site.computed)
        if made is None or made.shape != known.own.shape:
            continue
        scale = factor_of(known.other, made) or 1.0
        for factor in (1.0, scale):
            if reproduces(known, factor * made):
                return replace(site, scale=factor)
    return None


def in_groups(made: Array, shape: tuple[int, ...]) -> Array:
    """Images of single patterns (B*C, n, n, 1) as those of groups (B, n, n, C), where a stage has that shape."""
    if made.shape == shape or made.ndim != len(shape) or made.size != np.prod(shape) or made.shape[-1] != 1:
        return made
    return np.moveaxis(made.reshape(shape[0], shape[-1], *shape[1:-1]), 1, -1)


def attempted(compute: Callable[[], Array]) -> Array | None:
    """What is computed; None where the attributes or the shapes do not fit."""
    try:
        return compute()
    except CANNOT:
        return None


def _layer(known: Known, name: str, attributes: Attributes) -> Layer:
    start = f"{name}."
    weights = {full.removeprefix(start): value for full, value in known.weights.items() if full.startswith(start)}
    return Layer(name, attributes, weights)
