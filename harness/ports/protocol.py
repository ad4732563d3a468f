"""What a port is: the one small protocol between the harness and an implementation of a network.

A port lives in one worker process, holds one model, and speaks NumPy at its border:
arrays are `[row = y, column = x]`, channels last, in the layouts of `docs/physics.md`.
Inside it is written as its own community would write it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from harness.arrays import Array, Precision, Weights
from harness.files import JsonObject
from harness.ports.contract import Contract
from harness.scenario.schema import Scenario

SHARED_WEIGHTS = "shared_weights"
CAPABILITIES = frozenset(
    {SHARED_WEIGHTS, "stages", "stage", "losses", "gradients", "train", "optimiser_state", "predict", "stitch"}
)
"""What a port may be able to do, each the name of a method, but for `shared_weights`: its weights are those of the
contract, so that it takes a start that both sides share, and what the other side trained. Rungs that need what is
missing are INCONCLUSIVE."""


@dataclass(frozen=True)
class Setup:
    """All that a port is built from; the same for both sides of a case."""

    scenario: Scenario
    probe: Array
    """(N, N) complex128, normalised with the scenario's probe_scale, before the mask."""
    padded_size: int
    """Side of the merge canvas in pixels, the same for training and inference."""
    nphotons: float
    intensity_scale: float
    """s = sqrt(nphotons / mean(sum(X^2))) of the training data: the start of exp(log_scale)."""
    object_amplitude: float
    """Mean object amplitude that explains the data: (N/2) / sqrt(sum(|P|^2)), P as the model uses it."""
    precision: Precision
    device: Literal["cpu", "gpu"] = "cpu"
    random_layers: bool = True
    """Whether layers such as dropout act in training; they cannot where both sides must take the same steps."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of a user's pair: what the scenario gives the factory of this side."""
    home: Path | None = None
    """Of a user's pair: the folder of the scenario's file."""


@dataclass(frozen=True)
class Batch:
    """B groups of C = gridsize**2 patterns."""

    amplitude: Array
    """(B, N, N, C) float64: square root of the counts, s * X."""
    relative: Array
    """(B, 1, 2, C) float64 pixels, [x, y]: minus the distance of each position from its group's centre."""
    patches: Array | None = None
    """(B, N, N, C) complex128: the true object patches, where they are known and the network is trained on them."""


@dataclass(frozen=True)
class EpochReport:
    """What one epoch of training left: means over its steps."""

    epoch: int
    step: int
    """Optimiser steps done in all."""
    metrics: Mapping[str, float]
    """`loss`, every term by its name (`poisson`, ...), and, at the epoch's end, `learning_rate` and the
    `intensity_scale` of a network that has one."""


class Port(Protocol):
    """One port of a network.

    A factory with the signature `(setup: Setup) -> Port` is what an entry point of the group
    `ptycho_parity.backends` names.
    """

    capabilities: frozenset[str]
    """Those of `CAPABILITIES` that it has."""
    contract: Contract
    """What it claims to be. `stages` returns those of its stages that are exposed."""

    def weights(self) -> Weights:
        """Every array of the contract, by canonical name, in canonical layout, float64."""
        ...

    def set_weights(self, weights: Weights) -> None:
        """Load all weights; raises HarnessError for a missing or unknown name or another shape."""
        ...

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Forward pass of one batch: every named stage, contract layout, working precision."""
        ...

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """One named stage of a batch, computed from the stages before it as they are given in `known`.

        It separates a stage that is wrong from one that was fed what is wrong.
        """
        ...

    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms for one batch, as the optimiser sees them."""
        ...

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Gradient of `loss` for every trainable weight: canonical names and layout, float64.

        None for a weight that the loss does not depend on: it would never be trained.
        """
        ...

    def train(self, batches: "BatchSource", report: Callable[[EpochReport], None]) -> None:
        """Train on the batches in their order; calls `report` after every epoch.

        `report` may ask for `weights` and `optimiser_state`.
        """
        ...

    def optimiser_state(self) -> Weights:
        """The optimiser's state for every trained weight, canonical layout, float64.

        Of Adam `<weight>.first_moment` and `<weight>.second_moment`, both before the correction of their bias.
        Raises HarnessError before the first step of a training.
        """
        ...

    def predict(self, batch: Batch) -> Array:
        """(B, N, N, C) complex: predicted object patches."""
        ...

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Place patches on a canvas.

        patches (K, M, M) complex, positions (K, 2) float64 pixels [x, y] relative to the canvas centre,
        weight (M, M) float64 >= 0, size: side of the canvas.
        Returns the weighted mean (size, size) complex, 0 where nothing was placed, and the coverage (size, size).
        """
        ...

    def facts(self) -> JsonObject:
        """Versions, device, threads, number of parameters: recorded beside the results."""
        ...


class BatchSource(Protocol):
    """The training batches in their order: identical for both backends."""

    epochs: int
    steps_per_epoch: int

    def batch(self, step: int) -> Batch:
        """The batch of the given step, counted from 0 over all epochs."""
        ...
