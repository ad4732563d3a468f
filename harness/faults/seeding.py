"""From the changes of a fault to a backend that has it, for as long as one job runs."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from importlib import import_module
from pathlib import Path
from typing import Any
from unittest import mock

from harness.backends import registry
from harness.backends.forward import Compute, ForwardPass
from harness.backends.protocol import Array, Backend, Batch, BatchSource, EpochReport, Setup, Weights
from harness.errors import HarnessError
from harness.faults.port import Port, StageChange, Stitching


@contextlib.contextmanager
def seeded(port: Port) -> Iterator[None]:
    """Every backend that is created meanwhile has the fault."""
    if port.backend in registry.BUILTIN:  # what is replaced in its modules has to be there
        import_module(registry.BUILTIN[port.backend].partition(":")[0])
    create = registry.create

    def faulty(name: str, setup: Setup) -> Backend:
        return SeededBackend(create(name, port.changed("setup", setup)), port)

    with contextlib.ExitStack() as stack:
        for patches in port.patches.values():
            for owner, name, new in patches():
                stack.enter_context(mock.patch.object(owner, name, new))
        stack.enter_context(mock.patch.object(registry, "create", faulty))
        yield


def spoil_files(port: Port, leg: str, output: Path) -> None:
    """Change what a leg of the seeded side left."""
    for_each(port, f"files {leg}", output)


def spoil_case(port: Port, folder: Path) -> None:
    """Change the folder of a case that both sides have filled."""
    for_each(port, "case", folder)


def own_dataset(port: Port, dataset: Path, copy: Path) -> Path:
    """The dataset folder that the seeded side reads: changed in a copy, where the fault lies in the data."""
    if not port.uses("dataset"):
        return dataset
    shutil.copytree(dataset, copy)
    for_each(port, "dataset", copy)
    return copy


def for_each(port: Port, hook: str, folder: Path) -> None:
    """Let every change of a hook act on a folder."""
    for change in port.changes(hook):
        change(folder)


class SeededBackend:
    """A backend behind the changes of a fault; see `harness.backends.protocol.Backend`."""

    def __init__(self, backend: Backend, port: Port) -> None:
        self._backend, self._port = backend, port
        self.capabilities = backend.capabilities
        self.stage_names = backend.stage_names
        if port.stage_changes:
            change_stages(forward_pass(backend), port.stage_changes)

    def weights(self) -> Weights:
        """The weights as they are given out."""
        found: Weights = self._port.changed("weights_out", self._backend.weights())
        return found

    def set_weights(self, weights: Weights) -> None:
        """Load the weights as they arrive."""
        self._backend.set_weights(self._port.changed("weights_in", weights))

    def stages(self, batch: Batch) -> dict[str, Array]:
        """The stages of the batch as it arrives."""
        return self._backend.stages(self._batch(batch))

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """One stage."""
        return self._backend.stage(name, known, self._batch(batch))

    def losses(self, batch: Batch) -> dict[str, float]:
        """The terms of the loss."""
        return self._backend.losses(self._batch(batch))

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """The gradients."""
        return self._backend.gradients(self._batch(batch))

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train; what the fault does to the weights happens before an epoch is reported."""

        def seen(epoch: EpochReport) -> None:
            if self._port.uses("after_epoch"):
                self._backend.set_weights(self._port.changed("after_epoch", self._backend.weights()))
            report(replace(epoch, metrics=self._port.changed("metrics", dict(epoch.metrics))))

        self._backend.train(self._port.changed("batches", ChangedBatches(batches, self._batch)), seen)

    def optimiser_state(self) -> Weights:
        """Adam's state."""
        return self._backend.optimiser_state()

    def predict(self, batch: Batch) -> Array:
        """The predicted patches."""
        found: Array = self._port.changed("predictions", self._backend.predict(self._batch(batch)))
        return found

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """The canvas."""
        asked: Stitching = self._port.changed("stitching", Stitching(patches, positions, weight, size))
        made = self._backend.stitch(asked.patches, asked.positions, asked.weight, asked.size)
        found: tuple[Array, Array] = self._port.changed("stitched", made)
        return found

    def facts(self) -> dict[str, Any]:
        """What the backend says of itself."""
        return self._backend.facts()

    def _batch(self, batch: Batch) -> Batch:
        found: Batch = self._port.changed("batch", batch)
        return found


class ChangedBatches:
    """A source whose every batch is changed."""

    def __init__(self, batches: BatchSource, change: Callable[[Batch], Batch]) -> None:
        self.epochs, self.steps_per_epoch = batches.epochs, batches.steps_per_epoch
        self._batches, self._change = batches, change

    def batch(self, step: int) -> Batch:
        """The batch of a step."""
        return self._change(self._batches.batch(step))


def forward_pass(backend: Backend) -> ForwardPass:
    """The table of a backend's forward pass; raises HarnessError for a backend that keeps none."""
    model: Any = getattr(backend, "_model", None)
    table = getattr(model, "pass_on", None)
    if not isinstance(table, ForwardPass):
        raise HarnessError(
            f"{type(backend).__name__} has no ForwardPass `_model.pass_on`; seed a fault of another hook."
        )
    return table


def change_stages(forward: ForwardPass, changes: Mapping[str, StageChange]) -> None:
    """Let stages give what the fault makes of them; one that this forward pass does not have is left out."""
    for name in changes.keys() & forward.table.keys():
        forward.table[name] = _changed(forward.table[name], changes[name])


def _changed(compute: Compute, change: StageChange) -> Compute:
    return lambda stages: change(compute(stages), stages)
