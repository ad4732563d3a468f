"""Injecting a fault: applying the changes of a `FaultyPort` to a backend, its dataset and its files."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any, cast
from unittest import mock

from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.faults.edit import ChangedBatches
from harness.faults.faulty_port import Change, FaultyPort, Resumption, StageChange, Stitching
from harness.files import JsonObject
from harness.networks import registry
from harness.ports.protocol import Answer, Batch, BatchSource, EpochReport, OwnWorkflow, Port, Setup
from harness.ports.seen import Seen
from harness.toolkits.port import ToolkitPort


@contextlib.contextmanager
def injected(port: FaultyPort) -> Iterator[None]:
    """Context in which every backend that is created has the fault."""
    create = registry.create

    def faulty(name: str, setup: Setup) -> Port:
        built = InjectedPort(create(name, port.changed("setup", setup)), port)
        if port.uses("setup") and not port.stated:
            built.contract = create(name, setup).contract  # that of the unchanged set-up
        return built

    with contextlib.ExitStack() as stack:
        for patches in port.patches.values():
            for owner, name, new in patches():
                stack.enter_context(mock.patch.object(owner, name, new))
        stack.enter_context(mock.patch.object(registry, "create", faulty))
        if port.stated and port.layer_changes:
            stack.enter_context(mock.patch.object(ToolkitPort, "bind", _changed_before(ToolkitPort.bind, port)))
        yield


def _changed_before(bind: Callable[[ToolkitPort, Setup], None], port: FaultyPort) -> Callable[..., None]:
    """`ToolkitPort.bind` of a port whose layers are changed before it states its contract, as if its author had."""

    def changed(built: ToolkitPort, setup: Setup) -> None:
        change_layers(built, port)
        bind(built, setup)

    return changed


def inject_into_files(port: FaultyPort, leg: str, output: Path) -> None:
    """Apply the fault's changes to the output folder of a leg of the injected side."""
    apply_changes(port, f"files {leg}", output)


def inject_into_case(port: FaultyPort, folder: Path) -> None:
    """Apply the fault's changes to a case folder after both sides have run."""
    apply_changes(port, "case", folder)


def inject_into_dataset(port: FaultyPort, dataset: Path, copy: Path) -> Path:
    """Dataset folder for the injected side: a changed `copy` if the fault changes the data, else `dataset`."""
    if not port.uses("dataset"):
        return dataset
    shutil.copytree(dataset, copy)
    apply_changes(port, "dataset", copy)
    return copy


def apply_changes(port: FaultyPort, hook: str, folder: Path) -> None:
    """Apply every change of a hook to a folder."""
    for change in port.changes(hook):
        change(folder)


class InjectedPort:
    """A port with an injected fault: it wraps a port and changes its inputs and results; see `Port` for the methods."""

    def __init__(self, backend: Port, port: FaultyPort) -> None:
        self._backend, self._port = backend, port
        self.capabilities, self.contract = backend.capabilities, backend.contract
        if port.stage_changes or port.rule_changes or port.term_changes:
            change_computation(require_changeable(backend), port)
        if port.layer_changes and not port.stated:
            change_layers(backend, port)

    def weights(self) -> Weights:
        """Return the weights, changed by the hook `weights_out`."""
        found: Weights = self._port.changed("weights_out", self._backend.weights())
        return found

    def set_weights(self, weights: Weights) -> None:
        """Load the weights, changed by the hook `weights_in`."""
        self._backend.set_weights(self._port.changed("weights_in", weights))

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Return the stages of the changed batch."""
        return self._backend.stages(self._batch(batch))

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """Return one stage of the changed batch."""
        return self._backend.stage(name, known, self._batch(batch))

    def losses(self, batch: Batch) -> dict[str, float]:
        """Return the terms of the loss of the changed batch."""
        return self._backend.losses(self._batch(batch))

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Return the gradients for the changed batch."""
        return self._backend.gradients(self._batch(batch))

    def slope(self, known: Mapping[str, Array], batch: Batch) -> dict[str, Array]:
        """Return the slope of the loss of the changed batch."""
        return self._backend.slope(known, self._batch(batch))

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train on changed batches; the weights and the metrics of an epoch are changed before it is reported."""
        self._backend.train(self._batches(batches), self._seen(report))

    def resume(
        self, optimiser: Weights, step: int, batches: BatchSource, report: Callable[[EpochReport], None]
    ) -> None:
        """Go on with a training from a changed state, on changed batches; epochs are changed as in `train`."""
        held = Resumption(self._backend.weights(), optimiser, step, self._batches(batches))
        given: Resumption = self._port.changed("resumption", held)
        if given.weights is not held.weights:
            self._backend.set_weights(given.weights)
        self._backend.resume(given.optimiser, given.step, given.batches, self._seen(report))

    def _batches(self, batches: BatchSource) -> BatchSource:
        found: BatchSource = self._port.changed("batches", ChangedBatches(batches, self._batch))
        return found

    def _seen(self, report: Callable[[EpochReport], None]) -> Callable[[EpochReport], None]:
        def seen(epoch: EpochReport) -> None:
            if self._port.uses("after_epoch"):
                self._backend.set_weights(self._port.changed("after_epoch", self._backend.weights()))
            report(replace(epoch, metrics=self._port.changed("metrics", dict(epoch.metrics))))

        return seen

    def fit(self, data: Path, folder: Path, report: Callable[[EpochReport], None]) -> float | None:
        """Train by the backend's own loop, unchanged."""
        return cast("OwnWorkflow", self._backend).fit(data, folder, report)

    def optimiser_state(self) -> Weights:
        """Return the optimiser's state; afterwards the weights are changed by the hook `after_state`."""
        state = self._backend.optimiser_state()
        if self._port.uses("after_state"):
            self._backend.set_weights(self._port.changed("after_state", self._backend.weights()))
        return state

    def predict(self, batch: Batch) -> Array:
        """Return the predicted patches, changed by the hook `predictions`."""
        found: Array = self._port.changed("predictions", self._backend.predict(self._batch(batch)))
        return found

    def answer(self, data: Path, trained: Path, folder: Path) -> Answer:
        """Predict every pattern of a file."""
        return cast("OwnWorkflow", self._backend).answer(data, trained, folder)

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Stitch, with changed arguments and a changed result."""
        given: Stitching = self._port.changed("stitching", Stitching(patches, positions, weight, size))
        made = self._backend.stitch(given.patches, given.positions, given.weight, given.size)
        found: tuple[Array, Array] = self._port.changed("stitched", made)
        return found

    def seen(self) -> Seen:
        """Return what the backend's own workflow was about to train with, unchanged."""
        return cast("OwnWorkflow", self._backend).seen()

    def facts(self) -> JsonObject:
        """Return the facts of the backend, unchanged."""
        return self._backend.facts()

    def _batch(self, batch: Batch) -> Batch:
        found: Batch = self._port.changed("batch", batch)
        return found


def require_changeable(port: Any) -> Any:
    """Return the port if its computation can be changed; raises HarnessError if not.

    It needs `rules` (an object with constants and functions), `forward.table` (the function of each stage by name) and
    `loss_terms` (the function of each term of the loss by name).
    """
    if missing := [name for name in ("rules", "forward", "loss_terms") if not hasattr(port, name)]:
        raise HarnessError(
            f"{type(port).__name__} has no {', '.join(missing)} to change; inject a fault of another hook."
        )
    return port


def change_computation(port: Any, faulty: FaultyPort) -> None:
    """Replace rules, stages and terms of the loss by the faulty ones, except stages and terms that the port lacks."""
    for name, new in faulty.rule_changes.items():
        setattr(port.rules, name, new(getattr(port.rules, name), port.rules))
    table = port.forward.table
    for name in faulty.stage_changes.keys() & table.keys():
        table[name] = _changed(table[name], faulty.stage_changes[name])
    for name in faulty.term_changes.keys() & port.loss_terms.keys():
        port.loss_terms[name] = faulty.term_changes[name](port.loss_terms[name])


def change_layers(port: Any, faulty: FaultyPort) -> None:
    """Change layers of the model that a toolkit's port holds; HarnessError for any other port.

    A contract that was stated before stays: what the port claims to be is not what it is.
    """
    if not isinstance(port, ToolkitPort):
        raise HarnessError(f"{type(port).__name__} holds no model to change; inject a fault of another hook.")
    functions = import_module(f"harness.faults.layers_{port.framework}")
    for name, values in faulty.layer_changes:
        getattr(functions, name)(port.model, *values)


def _changed(compute: Change, change: StageChange) -> Change:
    return lambda stages: change(compute(stages), stages)
