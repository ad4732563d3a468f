"""The contract: a port's description of its network, as the data of `contract.json`.

A worker writes the file before anything else of its leg. The judge learns about a network from this file alone.
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

Kind = Literal["kernel", "bias", "gain", "scalar", "state", "constant"]
Value = str | int | float | bool | None | list[int] | list[float]
Attributes = dict[str, Value]
"""Attributes of one layer: its `kind`, and the settings of a layer of that kind, such as `kernel` and `stride`."""
ACTIVATION = "activation"
"""Kind of a layer that is an activation function alone, and attribute with the name of a layer's activation."""
LINEAR = "linear"
"""Value of the attribute `activation` of a layer without one."""


class Entry(BaseModel):
    """Base of the parts of a contract: immutable; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Weight(Entry):
    """One weight: a named array that a port holds."""

    name: str
    """Canonical name, such as `encoder.0.conv1.kernel`."""
    shape: tuple[int, ...]
    """Shape in the canonical layout: kernels are (height, width, in, out)."""
    kind: Kind
    """Kind of the weight; `state` is changed by training without a gradient, such as running statistics; a `constant`
    is never changed: each port keeps its own, which is held against the other side's."""
    trained: bool = True
    """Whether training must change the weight; one that is not trained must stay as it is."""
    start: float = 0.0
    """Value of every element before training; unused for kernels, which are random, and for constants."""


class Stage(Entry):
    """One named array of the forward pass."""

    name: str
    number: Literal["real", "complex"] = "real"
    image: bool = True
    """Whether the array is a batch of images (samples, rows, columns, channels)."""
    oracle: bool = False
    """Whether the network's oracle computes this stage."""
    exposed: bool = True
    """Whether this port can return the stage; checks of a stage that one side cannot return are inconclusive."""
    source: str = ""
    """Where the port's own code computes it, as `FILE:LINE` below its checkout or by the path of a tap; empty where a
    framework's own layer does."""


class Term(Entry):
    """One term of the loss."""

    name: str
    weight: float
    """Factor of the term in `loss`."""
    likelihood: bool = False
    """Whether the term is a Poisson likelihood of the counts in units of the photons, whose minimum is not zero."""
    source: str = ""
    """Where the port's own code computes it, as that of a stage."""


OPTIMISER_OPTIONS = (
    "optimiser",
    "learning_rate",
    "weight_decay",
    "decoupled_weight_decay",
    "beta_1",
    "beta_2",
    "epsilon",
    "epsilon_added",
    "momentum",
    "nesterov",
    "amsgrad",
    "rho",
    "clipnorm",
    "global_clipnorm",
    "clipvalue",
    "gradient_accumulation_steps",
    "use_ema",
    "ema_momentum",
    "ema_overwrite_frequency",
)
"""Names, among the options of a contract, of what belongs to the optimiser."""


class Scale(Entry):
    """The weight whose exponential is the intensity scale."""

    weight: str
    trained: bool


class Contract(Entry):
    """Content of `contract.json`: a port's description of its network for one scenario."""

    network: str
    weights: tuple[Weight, ...]
    """All weights, from the input to the output."""
    stages: tuple[Stage, ...]
    """All stages, in the order of the computation."""
    losses: tuple[Term, ...]
    """The terms of the loss whose weight is not 0; `loss` is their weighted sum."""
    optimiser_state: tuple[str, ...]
    """Names of the arrays that the optimiser keeps for each trained weight, such as `first_moment`."""
    scale: Scale | None
    """The intensity scale; None for a network without one."""
    region: Annotated[int, Field(ge=1)]
    """Side in pixels of the central region of a patch that the network predicts; the border around it is filled in."""
    oracle: bool = False
    """Whether the network has an oracle, which computes stages and terms of the loss independently of the ports."""
    options: dict[str, Value] = {}
    """Values of options and constants that the port uses, such as the constants of the optimiser."""
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

    @property
    def states(self) -> tuple[str, ...]:
        """Names of what training changes without a gradient, such as running statistics."""
        return tuple(weight.name for weight in self.weights if weight.kind == "state")

    @property
    def constants(self) -> tuple[str, ...]:
        """Names of what nothing changes, such as a fixed kernel; each port keeps its own value."""
        return tuple(weight.name for weight in self.weights if weight.kind == "constant")

    @property
    def states_nothing(self) -> bool:
        """Whether the port says nothing of its network, as one that is a command line."""
        return not (self.weights or self.stages or self.layers)

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
    """Layers by name, in their order; a layer that only activates becomes the attribute `activation` of the one before.

    This makes frameworks comparable: a convolution of Keras has an activation, in PyTorch a module follows it.
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
