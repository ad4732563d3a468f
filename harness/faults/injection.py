"""From the changes of a fault to a backend that has it, for as long as one job runs."""

import contextlib
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from unittest import mock

from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.faults.faulty_port import Change, FaultyPort, StageChange, Stitching
from harness.files import JsonObject
from harness.networks import registry
from harness.ports.protocol import Batch, BatchSource, EpochReport, Port, Setup


@contextlib.contextmanager
def injected(port: FaultyPort) -> Iterator[None]:
    """Every backend that is created meanwhile has the fault."""
    create = registry.create

    def faulty(name: str, setup: Setup) -> Port:
        built = InjectedPort(create(name, port.changed("setup", setup)), port)
        if port.uses("setup"):
            built.contract = create(name, setup).contract  # what it claims to be is not what it was built from
        return built

    with contextlib.ExitStack() as stack:
        for patches in port.patches.values():
            for owner, name, new in patches():
                stack.enter_context(mock.patch.object(owner, name, new))
        stack.enter_context(mock.patch.object(registry, "create", faulty))
        yield


def inject_into_files(port: FaultyPort, leg: str, output: Path) -> None:
    """Change what a leg of the injected side left."""
    apply_changes(port, f"files {leg}", output)


def inject_into_case(port: FaultyPort, folder: Path) -> None:
    """Change the folder of a case that both sides have filled."""
    apply_changes(port, "case", folder)


def inject_into_dataset(port: FaultyPort, dataset: Path, copy: Path) -> Path:
    """The dataset folder that the injected side reads: changed in a copy, where the fault lies in the data."""
    if not port.uses("dataset"):
        return dataset
    shutil.copytree(dataset, copy)
    apply_changes(port, "dataset", copy)
    return copy


def apply_changes(port: FaultyPort, hook: str, folder: Path) -> None:
    """Let every change of a hook act on a folder."""
    for change in port.changes(hook):
        change(folder)


class InjectedPort:
    """A port behind the changes of a fault; see `harness.ports.protocol.Port`."""

    def __init__(self, backend: Port, port: FaultyPort) -> None:
        self._backend, self._port = backend, port
        self.capabilities, self.contract = backend.capabilities, backend.contract
        if port.stage_changes or port.rule_changes or port.term_changes:
            change_computation(require_changeable(backend), port)

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

    def facts(self) -> JsonObject:
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


def require_changeable(port: Any) -> Any:
    """A port that holds open what it computes by; raises HarnessError for one that does not.

    `rules` has a number or function an attribute, `forward.table` the function of each stage, `loss_terms` that of each
    term of the loss.
    """
    if missing := [name for name in ("rules", "forward", "loss_terms") if not hasattr(port, name)]:
        raise HarnessError(
            f"{type(port).__name__} has no {', '.join(missing)} to change; inject a fault of another hook."
        )
    return port


def change_computation(port: Any, faulty: FaultyPort) -> None:
    """Let rules, stages and terms of the loss be what the fault makes of them; what a port lacks is left out."""
    for name, new in faulty.rule_changes.items():
        setattr(port.rules, name, new(getattr(port.rules, name), port.rules))
    table = port.forward.table
    for name in faulty.stage_changes.keys() & table.keys():
        table[name] = _changed(table[name], faulty.stage_changes[name])
    for name in faulty.term_changes.keys() & port.loss_terms.keys():
        port.loss_terms[name] = faulty.term_changes[name](port.loss_terms[name])


def _changed(compute: Change, change: StageChange) -> Change:
    return lambda stages: change(compute(stages), stages)
