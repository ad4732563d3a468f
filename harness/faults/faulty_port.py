"""The hooks of a port at which a fault can change it, and the record of the changes that a fault makes.

The changes are recorded here and applied by `harness.faults.injection`, when it builds the backend of a job.
Tensors inside a port are of its own framework. Operators such as `+` work for all frameworks; other functions are in
`FaultyPort.tensors`.
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
"""Function of the value of a stage and of the stages up to it, which returns the faulty value."""
RuleChange = Callable[[Any, Any], Any]
"""Function of a rule and of all rules, which returns the faulty rule."""
Patch = tuple[Any, str, Any]
"""Module or class, name of its attribute, and the value that replaces it as long as the fault is injected."""


@dataclass(frozen=True)
class Stitching:
    """The arguments of `Port.stitch`."""

    patches: Array
    positions: Array
    weight: Array
    size: int


@dataclass(frozen=True)
class Resumption:
    """What a training goes on from: the arguments of `Port.resume`, and the weights that were loaded before it."""

    weights: Weights
    optimiser: Weights
    step: int
    batches: BatchSource


class FaultyPort:
    """The changes that a fault makes to one side; every method with a `change` adds one to a hook."""

    def __init__(self, backend: str, size: float | None = None, leg: str = "", stated: bool = False) -> None:
        """Start without changes.

        Args:
            backend: name of the side.
            size: size of the fault, None for a fault without one.
            leg: the leg that is about to run.
            stated: whether the contract of the port states what it is with the fault; otherwise it stays that of the
                sound port.
        """
        self.backend, self.leg, self.stated = backend, leg, stated
        self._size, self.without_size = size, size is None
        self._changes: dict[str, list[Change]] = {}
        self.stage_changes: dict[str, StageChange] = {}
        self.rule_changes: dict[str, RuleChange] = {}
        self.term_changes: dict[str, Change] = {}
        self.layer_changes: list[tuple[str, tuple[Any, ...]]] = []
        self.patches: dict[str, Callable[[], Sequence[Patch]]] = {}

    @property
    def size(self) -> float:
        """Size of the fault, which must have one."""
        assert self._size is not None, "this fault was declared without a size"
        return self._size

    @property
    def tensors(self) -> Any:
        """The module `harness.faults.tensors_<backend>`: functions of this backend's tensors, for use in changes."""
        return import_module(f"harness.faults.tensors_{self.backend}")

    @property
    def hooks(self) -> tuple[str, ...]:
        """Names of the hooks that the fault uses."""
        return (
            *self._changes,
            *(f"stage {name}" for name in self.stage_changes),
            *(f"rule {name}" for name in self.rule_changes),
            *(f"loss {name}" for name in self.term_changes),
            *(f"layer {name}" for name, _ in self.layer_changes),
            *self.patches,
        )

    def changed(self, hook: str, value: Any) -> Any:
        """Apply the changes of a hook to a value."""
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
        """Change the set-up that the backend is built from."""
        self._add("setup", change)

    def batch(self, change: Callable[[Batch], Batch]) -> None:
        """Change every batch that the backend gets, after the harness recorded the batch."""
        self._add("batch", change)

    def batches(self, change: Callable[[BatchSource], BatchSource]) -> None:
        """Change the source of the training batches."""
        self._add("batches", change)

    def weights_in(self, change: Callable[[Weights], Weights]) -> None:
        """Change the canonical weights that are loaded into the backend."""
        self._add("weights_in", change)

    def weights_out(self, change: Callable[[Weights], Weights]) -> None:
        """Change the canonical weights that the backend returns."""
        self._add("weights_out", change)

    def after_epoch(self, change: Callable[[Weights], Weights]) -> None:
        """Change the canonical weights after every epoch of a training (of a trajectory: after every step)."""
        self._add("after_epoch", change)

    def after_state(self, change: Callable[[Weights], Weights]) -> None:
        """Change the canonical weights whenever the optimiser's state has been read."""
        self._add("after_state", change)

    def resumption(self, change: Callable[[Resumption], Resumption]) -> None:
        """Change what a training goes on from after an interruption."""
        self._add("resumption", change)

    def metrics(self, change: Callable[[dict[str, float]], dict[str, float]]) -> None:
        """Change the metrics that a training reports for an epoch."""
        self._add("metrics", change)

    def predictions(self, change: Callable[[Array], Array]) -> None:
        """Change the predicted patches (B, N, N, C)."""
        self._add("predictions", change)

    def stitching(self, change: Callable[[Stitching], Stitching]) -> None:
        """Change the arguments of the stitching."""
        self._add("stitching", change)

    def stitched(self, change: Callable[[tuple[Array, Array]], tuple[Array, Array]]) -> None:
        """Change the result of the stitching: canvas and coverage."""
        self._add("stitched", change)

    def dataset(self, change: Callable[[Path], None]) -> None:
        """Change the dataset folder of this side, which is a copy."""
        self._add("dataset", change)

    def files(self, leg: str, change: Callable[[Path], None]) -> None:
        """Change the output folder of a leg of this side after the leg has run."""
        self._add(f"files {leg}", change)

    def case(self, change: Callable[[Path], None]) -> None:
        """Change the case folder after both sides have run."""
        self._add("case", change)

    def stage(self, name: str, change: StageChange) -> None:
        """Change a stage, or an intermediate tensor, in the port's table `forward`."""
        self.stage_changes[name] = change

    def rule(self, name: str, change: RuleChange) -> None:
        """Change a constant or function of the port's `rules`."""
        self.rule_changes[name] = change

    def loss_term(self, name: str, change: Change) -> None:
        """Change the function of a term of the loss in the port's `loss_terms`."""
        self.term_changes[name] = change

    def layer(self, name: str, *values: Any) -> None:
        """Change a layer of the model of a toolkit's port by the function `name` of `layers_<framework>`.

        The function is called with the model and `values`, which are the size of the fault where none are given.
        """
        own = () if self.without_size else (self.size,)
        self.layer_changes.append((name, values or own))

    def library(self, name: str) -> None:
        """Patch the framework; the function `name` of `FaultyPort.tensors` returns the patches."""
        self.patches[f"library {name}"] = lambda: getattr(self.tensors, name)()

    def _add(self, hook: str, change: Change) -> None:
        self._changes.setdefault(hook, []).append(change)
