"""What a port of a toolkit states in its contract, from its tensors and from what was seen of one pass."""

from collections.abc import Mapping, Sequence

import numpy as np

from harness.arrays import Array
from harness.ports.contract import Stage, Value, Weight
from harness.toolkits.layers import Layer, Tensor, stated
from harness.toolkits.source import place
from harness.toolkits.trace import Call, Site, paddings


def weights(tensors: Mapping[str, Tensor]) -> tuple[Weight, ...]:
    """The weights of a contract, in the order of the tensors."""
    return tuple(
        Weight(name=name, shape=tensor.layout.canonical, kind=tensor.kind, trained=tensor.trained, start=tensor.start)
        for name, tensor in tensors.items()
    )


def stage(site: Site, value: Array) -> Stage:
    """A stage of a contract, by a value of it."""
    return Stage(
        name=site.stage,
        number="complex" if np.iscomplexobj(value) else "real",
        image=value.ndim == 4,
        source=place(site.layer.object),
    )


def layers(found: Sequence[Layer], sites: Sequence[Site], calls: list[Call]) -> dict[str, dict[str, Value]]:
    """Attributes of every layer, with the activation that joined it and the padding that was put before it."""
    joined = {site.layer.name: site.activation for site in sites if site.activation is not None}
    taken, padded = {layer.name for layer in joined.values()}, paddings(calls)
    return {
        layer.name: stated(layer, joined.get(layer.name), padded.get(layer.name))
        for layer in found
        if layer.name not in taken and layer.kind != "output"
    }
