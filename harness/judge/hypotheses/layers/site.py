"""Where a wrong stage is made: its layers, and the input with which they make the right one."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

import numpy as np

from harness.arrays import Array
from harness.judge.hypotheses.known import Known
from harness.judge.hypotheses.layers.compute import Layer, as_image, output
from harness.judge.hypotheses.trial import reproduces
from harness.ports.contract import Attributes

CANNOT = (KeyError, ValueError, IndexError, TypeError, np.exceptions.AxisError)
"""What the functions of a layer raise for attributes, or an input, that they do not fit."""
_LOOKED_BACK = 6
"""Stages before the wrong one that may be its input; the last of them first."""


@dataclass(frozen=True)
class Site:
    """A chain of layers that makes the right stage of its input."""

    layers: tuple[Layer, ...]
    image: Array
    """Their input (B, H, W, C) or (B, F)."""

    def computed(self) -> Array:
        """What the layers make of the input."""
        made = self.image
        for layer in self.layers:
            made = output(layer, made)
        return made

    def with_layer(self, number: int, layer: Layer) -> "Site":
        """The chain with another layer at a place."""
        return replace(self, layers=(*self.layers[:number], layer, *self.layers[number + 1 :]))

    def variants(self, change: Callable[[Layer], Iterator[tuple[str, Layer]]]) -> Iterator[tuple[str, Array]]:
        """Sentence and output for every change of any one layer that can be computed."""
        for number, layer in enumerate(self.layers):
            for sentence, changed in change(layer):
                made = attempted(self.with_layer(number, changed).computed)
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
    for image in _inputs(known, layers[0]):
        site = Site(layers, image)
        made = attempted(site.computed)
        if made is not None and reproduces(known, made):
            return site
    return None


def attempted(compute: Callable[[], Array]) -> Array | None:
    """What is computed; None where the attributes or the shapes do not fit."""
    try:
        return compute()
    except CANNOT:
        return None


def _layer(known: Known, name: str, attributes: Attributes) -> Layer:
    start = f"{name}."
    return Layer(attributes, {full[len(start) :]: w for full, w in known.weights.items() if full.startswith(start)})


def _inputs(known: Known, layer: Layer) -> Iterator[Array]:
    """What a layer may have been given: the last stages before it, and the batch as networks usually take it."""
    samples, channels = len(known.other), known.other.shape[-1]
    for stage in list(reversed(list(known.stages.values())))[:_LOOKED_BACK]:
        if len(stage) == samples and not np.iscomplexobj(stage):
            yield as_image(stage, channels) if layer.kind == "upsample" and not stage.shape[1] % channels else stage
    if "amplitude" in known.batch:
        yield from usual_inputs(known.batch["amplitude"][:samples], known.numbers.get("intensity scale"))


def usual_inputs(amplitude: Array, scale: float | None) -> Iterator[Array]:
    """Square roots of the counts (B, N, N, C), as networks are usually fed with them."""
    counts = amplitude**2
    for values in (amplitude, counts, np.log1p(counts), np.log1p(amplitude), np.log10(1 + counts)):
        yield values
        yield values / np.maximum(values.max(axis=(1, 2), keepdims=True), 1e-12)
        yield values / max(float(values.max()), 1e-12)
    if scale:
        yield amplitude / scale
        yield np.log1p(amplitude / scale)
