"""What a port of a toolkit states in its contract, from its tensors and from what was seen of one pass."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from harness.arrays import Array
from harness.ports.contract import Stage, Value, Weight
from harness.toolkits.layers import Layer, Tensor, stated
from harness.toolkits.source import place
from harness.toolkits.trace import Call, Site, paddings

ALIKE = "kernels_that_start_alike"
"""Option of a contract: how many kernels start as copies of another; only where there are any."""


def alike(tensors: Mapping[str, Tensor], to_numpy: Callable[[Any], Array]) -> dict[str, Value]:
    """How many kernels of a new model are copies of another of its kernels; of one that is constant nothing is said.

    An initialiser that is used for several layers gives each of them the same numbers. The harness lets both sides
    start from weights of its own, so that no number of a run would show it.
    """
    kernels = [to_numpy(tensor.variable) for tensor in tensors.values() if tensor.kind == "kernel"]
    drawn = [kernel for kernel in kernels if np.any(kernel != kernel.flat[0])]
    copies = sum(any(np.array_equal(one, other) for other in drawn[:place]) for place, one in enumerate(drawn))
    return {ALIKE: copies} if copies else {}


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
