"""A port with a fault: which of its doors a fault changes, and how.

A fault names changes by hook; nothing happens until `harness.faults.injection` builds the backend of a job with them.
Tensors inside a port are of its own framework: arithmetic by operators serves both, `FaultyPort.tensors` holds the
rest.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

from harness.arrays import Array, Weights
from harness.ports.protocol import Batch, BatchSource, Setup

Change = Callable[[Any], Any]
Stages = dict[str, Any]
"""Tensors by the name of their stage, in the port's own layout."""
StageChange = Callable[[Any, Stages], Any]
"""From what a stage gave, and the stages up to it, to what the faulty one gives."""
RuleChange = Callable[[Any, Any], Any]
"""From a rule, and the rules that it is one of, to the faulty one."""
Patch = tuple[Any, str, Any]
"""Owner, attribute, and what stands there while the fault lasts."""


@dataclass(frozen=True)
class Stitching:
    """What a backend is asked to stitch; see `Backend.stitch`."""

    patches: Array
    positions: Array
    weight: Array
    size: int


class FaultyPort:
    """What a fault may change of one side; every method adds a change to a hook."""

    def __init__(self, backend: str, size: float | None = None, leg: str = "") -> None:
        """`size`: how large the fault is, of one that has a size; `leg`: the leg that is about to run."""
        self.backend, self.leg = backend, leg
        self._size = size
        self._changes: dict[str, list[Change]] = {}
        self.stage_changes: dict[str, StageChange] = {}
        self.rule_changes: dict[str, RuleChange] = {}
        self.term_changes: dict[str, Change] = {}
        self.patches: dict[str, Callable[[], Sequence[Patch]]] = {}

    @property
    def size(self) -> float:
        """The size of a fault that has one."""
        assert self._size is not None, "this fault was declared without a size"
        return self._size

    @property
    def tensors(self) -> Any:
        """Arithmetic on this backend's tensors, `harness.faults.tensors_<backend>`; for use inside a change."""
        return import_module(f"harness.faults.tensors_{self.backend}")

    @property
    def hooks(self) -> tuple[str, ...]:
        """Names of the hooks that the fault uses."""
        return (
            *self._changes,
            *(f"stage {name}" for name in self.stage_changes),
            *(f"rule {name}" for name in self.rule_changes),
            *(f"loss {name}" for name in self.term_changes),
            *self.patches,
        )

    def changed(self, hook: str, value: Any) -> Any:
        """A value after the changes of its hook."""
        for change in self.changes(hook):
            value = change(value)
        return value

    def changes(self, hook: str) -> Sequence[Change]:
        """The changes of a hook, in order."""
        return self._changes.get(hook, ())

    def uses(self, hook: str) -> bool:
        """Whether the fault changes anything at a hook."""
        return hook in self._changes

    def setup(self, change: Callable[[Setup], Setup]) -> None:
        """What the backend is built from."""
        self._add("setup", change)

    def batch(self, change: Callable[[Batch], Batch]) -> None:
        """Every batch that the backend is given, after the harness wrote down what it fed."""
        self._add("batch", change)

    def batches(self, change: Callable[[BatchSource], BatchSource]) -> None:
        """The source that a training draws from."""
        self._add("batches", change)

    def weights_in(self, change: Callable[[Weights], Weights]) -> None:
        """Weights that are loaded, canonical."""
        self._add("weights_in", change)

    def weights_out(self, change: Callable[[Weights], Weights]) -> None:
        """Weights that are given out, canonical."""
        self._add("weights_out", change)

    def after_epoch(self, change: Callable[[Weights], Weights]) -> None:
        """Weights after every epoch of a training (of a trajectory: after every step), canonical."""
        self._add("after_epoch", change)

    def metrics(self, change: Callable[[dict[str, float]], dict[str, float]]) -> None:
        """What a training reports of an epoch."""
        self._add("metrics", change)

    def predictions(self, change: Callable[[Array], Array]) -> None:
        """Predicted patches (B, N, N, C)."""
        self._add("predictions", change)

    def stitching(self, change: Callable[[Stitching], Stitching]) -> None:
        """What is stitched, and where."""
        self._add("stitching", change)

    def stitched(self, change: Callable[[tuple[Array, Array]], tuple[Array, Array]]) -> None:
        """The canvas and its coverage."""
        self._add("stitched", change)

    def dataset(self, change: Callable[[Path], None]) -> None:
        """A copy of the dataset folder, which this side alone is given."""
        self._add("dataset", change)

    def files(self, leg: str, change: Callable[[Path], None]) -> None:
        """What a leg of this side left, in its output folder."""
        self._add(f"files {leg}", change)

    def case(self, change: Callable[[Path], None]) -> None:
        """The folder of the case, when both sides are done."""
        self._add("case", change)

    def stage(self, name: str, change: StageChange) -> None:
        """A stage of the forward pass, or one of the tensors between them, in the port's `forward`."""
        self.stage_changes[name] = change

    def rule(self, name: str, change: RuleChange) -> None:
        """A number or function of the port's `rules`."""
        self.rule_changes[name] = change

    def loss_term(self, name: str, change: Change) -> None:
        """The function of a term of the loss, in the port's `loss_terms`."""
        self.term_changes[name] = change

    def library(self, name: str) -> None:
        """A function of the framework: `name` of `FaultyPort.tensors` says what takes its place."""
        self.patches[f"library {name}"] = lambda: getattr(self.tensors, name)()

    def _add(self, hook: str, change: Change) -> None:
        self._changes.setdefault(hook, []).append(change)
