"""The contract: what two ports claim to be, as data.

A worker writes it as `contract.json` before anything else of its leg, and the judge reads it from there: the judge
knows contracts and no network.
"""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Literal

import numpy as np
from pydantic import BaseModel, ConfigDict, Field

from harness import layout
from harness.arrays import Array
from harness.errors import HarnessError
from harness.files import write_json

Kind = Literal["kernel", "bias", "gain", "scalar", "state"]
Value = str | int | float | bool | None | list[int] | list[float]
Attributes = dict[str, Value]
"""What one layer does: its `kind`, and what a layer of that kind is set to."""
ACTIVATION = "activation"
"""The kind of a layer that does nothing but activate, and the attribute of the layer before it that says so."""
LINEAR = "linear"
"""The activation of a layer that has none."""


class Entry(BaseModel):
    """Base of what a contract is made of: unknown keys are errors, values never change."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Weight(Entry):
    """One array that a port holds."""

    name: str
    """Canonical name, such as `encoder.0.conv1.kernel`."""
    shape: tuple[int, ...]
    """In the canonical layout: kernels are (height, width, in, out)."""
    kind: Kind
    """`state` is what training changes without a gradient, such as running statistics."""
    trained: bool = True
    """Whether training must move it; a weight that is not trained must stay as it is."""
    start: float = 0.0
    """Value of every element before training, of a weight that is not drawn: kernels are."""


class Stage(Entry):
    """One named array of the forward pass."""

    name: str
    number: Literal["real", "complex"] = "real"
    image: bool = True
    """Whether it is (samples, rows, columns, channels)."""
    oracle: bool = False
    """Whether the network's oracle answers for it."""
    exposed: bool = True
    """Whether this port can show it; what one side cannot show is inconclusive."""


class Term(Entry):
    """One term of the loss."""

    name: str
    weight: float
    """Its factor in `loss`."""
    likelihood: bool = False
    """Whether it is a Poisson likelihood of the counts in units of the photons, whose least value is not zero."""


class Scale(Entry):
    """The weight whose exponential is the intensity scale."""

    weight: str
    trained: bool


class Contract(Entry):
    """What a network is, for one scenario; written by each side's run."""

    network: str
    weights: tuple[Weight, ...]
    """From the input to the output."""
    stages: tuple[Stage, ...]
    """In the order of the computation."""
    losses: tuple[Term, ...]
    """The terms of non-zero weight; `loss` is their weighted sum."""
    optimiser_state: tuple[str, ...]
    """What the optimiser keeps for each trained weight, such as `first_moment`."""
    scale: Scale | None
    """None for a network without an intensity scale."""
    region: Annotated[int, Field(ge=1)]
    """Side in pixels of the centre of a patch that is predicted; what lies around it is filled in."""
    oracle: bool = False
    """Whether the network has an oracle, which answers for stages and for the terms of the loss."""
    options: dict[str, Value] = {}
    """Options and defaults in force, such as the constants of the optimiser."""
    layers: dict[str, Attributes] = {}
    """Attributes of each layer, such as padding, stride and activation, from the input to the output."""

    @property
    def shapes(self) -> dict[str, tuple[int, ...]]:
        """Shape of every weight by its name, from the input to the output."""
        return {weight.name: weight.shape for weight in self.weights}

    @property
    def trained(self) -> tuple[str, ...]:
        """Names of the weights that training must move, from the input to the output."""
        return tuple(weight.name for weight in self.weights if weight.trained)

    def check(self, weights: Mapping[str, Array]) -> None:
        """Raise HarnessError unless `weights` holds every name of the contract in its shape, and nothing else."""
        missing, unknown = sorted(self.shapes.keys() - weights.keys()), sorted(weights.keys() - self.shapes.keys())
        if missing or unknown:
            raise HarnessError(
                f"weights do not fit the scenario's network: missing {missing or 'none'}, unknown {unknown or 'none'}; "
                "load weights that were trained with the same model section."
            )
        for name, shape in self.shapes.items():
            if np.shape(weights[name]) != shape:
                raise HarnessError(
                    f"weight {name} has shape {np.shape(weights[name])}, the scenario's network has {shape}."
                )

    def write(self, folder: Path) -> None:
        """Write `contract.json` to a folder."""
        write_json(folder / layout.CONTRACT, self.model_dump(mode="json"))


def fold_activations(layers: Iterable[tuple[str, Attributes]]) -> dict[str, Attributes]:
    """Layers by name, in their order; one that only activates is an attribute of the layer before it.

    So that frameworks compare: Keras' convolution holds its activation, in PyTorch a module follows it.
    """
    found: dict[str, Attributes] = {}
    for name, attributes in layers:
        if attributes["kind"] != ACTIVATION or not found:
            found[name] = dict(attributes)
            continue
        before = found[next(reversed(found))]
        both = (before.get(ACTIVATION, LINEAR), attributes[ACTIVATION])
        before[ACTIVATION] = ", ".join(str(one) for one in both if one != LINEAR) or LINEAR
    return found
