"""The protocol of a port: the interface between the harness and one implementation of a network.

A port lives in one worker process and holds one model. Its arguments and results are NumPy arrays
`[row = y, column = x]`, channels last, in the layouts of `docs/physics.md`; inside, it is free to do as is
usual in its framework.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Protocol

from harness.arrays import Array, Precision, Weights
from harness.files import JsonObject
from harness.ports.contract import Contract
from harness.ports.seen import Seen
from harness.scenario.schema import Scenario

SHARED_WEIGHTS = "shared_weights"
RESUME = "resume"
CAPABILITIES = frozenset(
    {
        SHARED_WEIGHTS,
        "stages",
        "stage",
        "losses",
        "gradients",
        "slope",
        "train",
        "optimiser_state",
        RESUME,
        "predict",
        "stitch",
    }
)
"""Everything that a port may be capable of: names of methods of `Port`, and `shared_weights`. The latter means that its
weights are those of the contract, so that it can load initial weights that both sides share, and weights that the other
side trained. Rungs that need a capability that is missing are INCONCLUSIVE. What a port predicts but
does not `stitch` is stitched by the harness."""
SEEN = "seen"
"""Capability of a port of a user's pair, whose own workflow was stopped where it would train."""
ANSWER = "answer"
"""Capability of a port of a user's pair that predicts a whole file of patterns, and no batch."""
OUTPUTS = "outputs"
"""Capability of a port on a toolkit: every output of its network for a batch, as inference computes it."""
MASK = "mask"
"""Capability of a port that leaves the pixels that do not count (`Setup.mask`) out of its input and its loss. Without
it a port is given no masked data."""
FIT = "fit"
"""Capability of a port of a user's pair that trains by a loop of its own."""


@dataclass(frozen=True)
class Setup:
    """Everything that a port is built from; the same for both sides of a case."""

    scenario: Scenario
    probe: Array
    """(N, N) complex128, normalised with the scenario's probe_scale, before the mask."""
    padded_size: int
    """Side in pixels of the canvas on which a group is merged, the same for training and inference."""
    nphotons: float
    intensity_scale: float
    """s = sqrt(nphotons / mean(sum(X^2))) of the training data: the initial value of exp(log_scale)."""
    object_amplitude: float
    """Mean object amplitude that explains the data: (N/2) / sqrt(sum(|P|^2)), P as the model uses it."""
    precision: Precision
    device: Literal["cpu", "gpu"] = "cpu"
    mask: Array | None = None
    """(N, N) bool, the same for all patterns: True on the detector's pixels that count; None where all do."""
    random_layers: bool = True
    """Whether layers such as dropout act in training; they cannot where both sides must take the same steps."""
    options: Mapping[str, Any] = field(default_factory=dict)
    """Of a user's pair: what the scenario gives the factory of this side."""
    home: Path | None = None
    """Of a user's pair: the folder of the scenario's file."""
    upstream: Path | None = None
    """Of a user's pair: the checkout of the repository that it imports."""
    patterns: Callable[[], Path] | None = None
    """Of a user's pair: what writes the NPZ of the patterns for training; asked for only where a side loads them."""

    @property
    def data(self) -> Path | None:
        """Of a user's pair: the NPZ of the patterns for training (see docs/data.md), for a side that loads them."""
        return self.patterns and self.patterns()

    @property
    def seed(self) -> int:
        """Seed of what a port draws by itself, such as dropout; a nudged training draws anew: that is noise, too."""
        return self.scenario.training.seed + self.scenario.training.nudge


@dataclass(frozen=True)
class Batch:
    """B groups of C = gridsize**2 patterns."""

    amplitude: Array
    """(B, N, N, C) float64: square root of the counts, s * X."""
    relative: Array
    """(B, 1, 2, C) float64 pixels [x, y]: `-(position - centre of its group)`."""
    patches: Array | None = None
    """(B, N, N, C) complex128: the true object patches, where they are known and the network is trained on them."""


@dataclass(frozen=True)
class EpochReport:
    """Report of one epoch of training."""

    epoch: int
    step: int
    """Number of optimiser steps since the start of the training."""
    metrics: Mapping[str, float]
    """`loss` and every term by its name (`poisson`, ...), as means over the steps of the epoch; `learning_rate` and, if
    the network has one, `intensity_scale`, at the end of the epoch."""


class Port(Protocol):
    """One port of a network: a model built for one scenario.

    An entry point of the group `ptycho_parity.backends` names a factory with the signature `(setup: Setup) -> Port`.
    """

    capabilities: frozenset[str]
    """Those of `CAPABILITIES` that the port has."""
    contract: Contract
    """Description of the network; `stages` returns those of its stages that are `exposed`."""

    def weights(self) -> Weights:
        """Every array of the contract, by canonical name, in canonical layout, float64; complex ones complex128."""
        ...

    def set_weights(self, weights: Weights) -> None:
        """Load all weights, named and laid out as in `weights`; HarnessError for a wrong name or shape."""
        ...

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Forward pass of one batch: every exposed stage, in the contract's layout and the working precision."""
        ...

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """Compute one stage of a batch from the stages before it, which are taken from `known`.

        This distinguishes a stage that is wrong itself from one with wrong inputs.
        """
        ...

    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms for one batch, with the values that training minimises."""
        ...

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Gradient of `loss` for every trainable weight: canonical names and layout, float64.

        None for a weight that the loss does not depend on, which training would never change.
        """
        ...

    def slope(self, known: Mapping[str, Array], batch: Batch) -> dict[str, Array]:
        """Gradient of `loss` for each stage that the loss itself takes, such as the output, at its values in `known`.

        In the layout of the stage, float64 or complex128. This distinguishes a wrong loss from a wrong network: the
        network has no part in it. Raises HarnessError for a stage that `known` lacks.
        """
        ...

    def train(self, batches: "BatchSource", report: Callable[[EpochReport], None]) -> None:
        """Train on the batches in their order, and call `report` after every epoch.

        `report` may call `weights` and `optimiser_state`.
        """
        ...

    def optimiser_state(self) -> Weights:
        """The optimiser's state for every trained weight, canonical layout, float64.

        For Adam these are `<weight>.first_moment` and `<weight>.second_moment`, before the bias correction.
        Raises HarnessError before the first step of a training.
        """
        ...

    def resume(
        self, optimiser: Weights, step: int, batches: "BatchSource", report: Callable[[EpochReport], None]
    ) -> None:
        """Go on with a training that was interrupted after `step` steps; the weights are loaded already.

        Args:
            optimiser: what `optimiser_state` returned then, of this port or of the other side's.
            step: how many steps were taken, a whole number of epochs; the next batch is `batches.batch(step)`.
            batches: the batches of the whole training.
            report: called after every epoch, as in `train`.
        """
        ...

    def predict(self, batch: Batch) -> Array:
        """(B, N, N, C) complex: predicted object patches."""
        ...

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Stitch patches on a canvas.

        Args:
            patches: (K, M, M) complex.
            positions: (K, 2) float64 pixels [x, y] relative to the canvas centre.
            weight: (M, M) float64 >= 0, the weight of each pixel of a patch.
            size: side of the canvas in pixels.

        Returns:
            The weighted mean (size, size) complex, 0 where no patch lies, and the summed weights (size, size).
        """
        ...

    def facts(self) -> JsonObject:
        """Versions, device, threads and number of parameters, to be recorded beside the results."""
        ...


@dataclass(frozen=True)
class OwnPicture:
    """A picture that a side stitched by a workflow of its own."""

    field: Array
    """(rows, columns) complex."""
    centre: tuple[float, float]
    """Position (x, y) of the pixel with indices (rows // 2, columns // 2), in pixels, as the data's coordinates."""


@dataclass(frozen=True)
class Answer:
    """What a side leaves of a whole file of patterns: patches, a picture or both."""

    patches: Array | None
    """(M, N, N) complex: the patch of every pattern, in their order."""
    picture: OwnPicture | None = None
    scale: float | None = None
    """Intensity scale that the inference used; None where the side does not say."""


class OwnWorkflow(Protocol):
    """What a port of a user's pair may be capable of besides: it comes with a workflow of its own."""

    def seen(self) -> Seen:
        """What the side's own workflow was about to train with, where it was stopped."""
        ...

    def fit(self, data: Path, folder: Path, report: Callable[[EpochReport], None]) -> float | None:
        """Train by a loop of its own, and call `report` for every epoch that it was; in place of `train` in leg train.

        Args:
            data: the NPZ of the patterns for training, see docs/data.md.
            folder: an empty folder for whatever the loop leaves.
            report: to be called once for each epoch, in their order.

        Returns:
            The intensity scale that was trained, where it is not among the weights of the contract; None otherwise.
        """
        ...

    def answer(self, data: Path, trained: Path, folder: Path) -> Answer:
        """What the trained side makes of a file of patterns; in place of `predict` in leg infer.

        Args:
            data: the NPZ of the patterns for testing, see docs/data.md.
            trained: the folder that `fit` left.
            folder: an empty folder for whatever is written meanwhile.
        """
        ...


class BatchSource(Protocol):
    """The training batches in their order, identical for both backends."""

    epochs: int
    steps_per_epoch: int

    def batch(self, step: int) -> Batch:
        """The batch of the given step, counted from 0 over all epochs."""
        ...
