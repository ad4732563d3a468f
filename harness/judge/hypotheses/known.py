"""What a hypothesis is given, the first wrong tensor and all that is known around it, and what it yields."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, NamedTuple

from harness.arrays import Array, Precision
from harness.ports.contract import Attributes, Value

Kind = Literal["stage", "loss", "gradient", "moment", "weight", "state"]
"""What the tensor is; a `moment` is anything that the optimiser keeps, a `state` what training changes without a
gradient, such as running statistics."""
OTHERS = "the other side's"
"""How a sentence calls the tensor that is right; the report puts the side's name in its place."""


FEW = 2**14
"""Values of a stage that are enough to tell hypotheses apart."""


class Candidate(NamedTuple):
    """What the wrong tensor would be, if a hypothesis were true."""

    sentence: str
    """The wrong tensor in words, such as `the other side's, conjugated`."""
    explained: Array
    """The wrong tensor as the hypothesis computes it; of a stage perhaps the first samples alone."""
    fitted: bool = False
    """Whether a number or an order was chosen such that it fits: of few values anything can be made in this way."""


Hypothesis = Callable[["Known"], Iterator[Candidate]]
"""One way in which ports go wrong; yields nothing where it does not apply, and the simplest candidate first."""


@dataclass(frozen=True)
class Optics:
    """What the stages of the physics are computed with, beside the stages before them."""

    amplitude: Array
    """(B, N, N, C) square roots of the counts."""
    relative: Array
    """(B, 1, 2, C) offsets [x, y] from the centre of the group, pixels."""
    probe: Array
    """(N, N) complex, as the model uses it."""
    log_scale: float
    """Logarithm of the intensity scale."""
    region: int
    """Side in pixels of the central part of a patch that the network predicts."""


@dataclass(frozen=True)
class Optimiser:
    """What the weights after a step are computed with; each array is that of the weight that is looked at."""

    start: Array
    """The weight before the step."""
    gradient: Array | None = None
    """The reference's gradient of the first batch."""
    before: Array | None = None
    """The reference's weight one step earlier than the one that is looked at."""
    after: Array | None = None
    """The reference's weight one step later."""
    step: int = 1
    """Steps that were taken when the weight was kept."""


@dataclass(frozen=True)
class Known:
    """The first wrong tensor, and what is known around it; a hypothesis that lacks something yields nothing."""

    own: Array
    """The wrong tensor, of the type of `other`."""
    other: Array
    """The right tensor, of the same shape."""
    kind: Kind = "stage"
    name: str = ""
    precision: Precision = "float64"
    single: bool = False
    """Whether either side computed the tensor in float32."""
    stages: Mapping[str, Array] = field(default_factory=dict)
    """Stages before the tensor, or all of them after the forward pass, in the order of the computation, as computed by
    the side whose tensor is right."""
    later: Mapping[str, Array] = field(default_factory=dict)
    """Stages of the same side after the tensor."""
    layers: Mapping[str, Attributes] = field(default_factory=dict)
    """Attributes of the layers that make the tensor, in their order."""
    weights: Mapping[str, Array] = field(default_factory=dict)
    """All weights that both sides had, by their canonical names."""
    batch: Mapping[str, Array] = field(default_factory=dict)
    """`amplitude`, `relative` and, where they are known, `patches` of the batch (as in a port's `Batch`)."""
    numbers: Mapping[str, float] = field(default_factory=dict)
    """Numbers that a factor may be made of, such as the pixels of a pattern, by their names."""
    terms: Mapping[str, tuple[float, float]] = field(default_factory=dict)
    """Value and weight of every term of the loss on the side that is right."""
    options: Mapping[str, Value] = field(default_factory=dict)
    """Options and constants that the reference states, by their names in a contract."""
    optics: Optics | None = None
    optimiser: Optimiser | None = None

    @property
    def worked_in(self) -> Precision:
        """The precision whose rounding an explanation may leave: float32 where either side computed in it."""
        return "float32" if self.single else self.precision

    def few(self) -> "Known":
        """The same with the first samples of a large stage alone, for what computes a stage again."""
        count, samples = max(2, len(self.own) * FEW // self.own.size), len(self.own)
        if self.kind != "stage" or count >= samples:
            return self

        def cut(arrays: Mapping[str, Array]) -> dict[str, Array]:
            return {name: array[: max(1, count * len(array) // samples)] for name, array in arrays.items()}

        return replace(self, own=self.own[:count], other=self.other[:count], stages=cut(self.stages))

    @property
    def is_image(self) -> bool:
        """Whether the tensor is a stage (samples, rows, columns, channels)."""
        return self.kind == "stage" and self.other.ndim == 4
