"""How the ports of both toolkits train: by the harness's loop, on from an interruption, and by a loop of the user's."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from harness.arrays import Weights, widened
from harness.errors import HarnessError
from harness.ports.contract import Contract
from harness.ports.protocol import BatchSource, EpochReport
from harness.toolkits.history import LOSS, history_of
from harness.toolkits.layers import Tensor


class Training(ABC):
    """The part of a toolkit's port that trains."""

    framework: str
    optimisers: ModuleType
    """The framework's `optimisers.py`: `arrays` that an optimiser keeps for a variable, in the framework's layout and
    empty before the first step; the names of these `slots`; `restore`, the reverse of `arrays`, and whether an
    optimiser `is_told_whole` by it; and its `options`, its kind and constants."""
    optimiser: Any
    contract: Contract
    _tensors: Mapping[str, Tensor]
    _fit: Callable[[Path, Path], Mapping[str, Sequence[float]]] | None

    # What a framework does.

    @abstractmethod
    def _fresh_optimiser(self) -> None:
        """Bring the optimiser to where it was when the port was bound."""

    @abstractmethod
    def _restore(self, kept: Sequence[tuple[Any, Weights]], step: int) -> None:
        """Give the fresh optimiser what it kept for each variable, in the framework's layout, after some steps."""

    @abstractmethod
    def _train_from(self, step: int, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train with the optimiser as it is, from the first step of an epoch on."""

    @abstractmethod
    def _counted_steps(self) -> AbstractContextManager[Callable[[], int]]:
        """Count the steps that the optimiser takes meanwhile."""

    # What follows from it.

    def optimiser_state(self) -> Weights:
        """What the optimiser keeps for every trained weight; HarnessError before the first step."""
        state = {
            f"{name}.{slot}": widened(tensor.layout.out(array))
            for name, tensor in self._tensors.items()
            if tensor.trained
            for slot, array in self.optimisers.arrays(self.optimiser, tensor.variable).items()
        }
        if self.contract.optimiser_state and not state:
            raise HarnessError(f"{self.framework}: the optimiser holds nothing yet; train first.")
        return state

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train with a fresh optimiser on the batches in their order; calls `report` after every epoch."""
        self._fresh_optimiser()
        self._train_from(0, batches, report)

    def resume(
        self, optimiser: Weights, step: int, batches: BatchSource, report: Callable[[EpochReport], None]
    ) -> None:
        """Go on with a training after `step` steps, with what the optimiser kept for every trained weight then.

        Where it kept nothing of a weight, because it was not given it, there is nothing to load.
        """
        kept = []
        for name, tensor in self._tensors.items():
            named = {slot: f"{name}.{slot}" for slot in self.contract.optimiser_state}
            found = {slot: tensor.layout.back(optimiser[key]) for slot, key in named.items() if key in optimiser}
            if tensor.trained and found:
                kept.append((tensor.variable, found))
        self._fresh_optimiser()
        self._restore(kept, step)
        self._train_from(step, batches, report)

    def fit(self, data: Path, folder: Path, report: Callable[[EpochReport], None]) -> None:
        """Train by the user's own loop; steps are counted by the optimiser, and shared out evenly over the epochs."""
        assert self._fit is not None
        with self._counted_steps() as count:
            found = self._fit(data, folder)
        history = history_of({name: np.array([*map(float, values)]) for name, values in found.items()}, "fit")
        if not count():
            raise HarnessError("fit: took no step of the optimiser that the port was given; give it the one it uses.")
        epochs = len(history[LOSS])
        for epoch in range(1, epochs + 1):
            metrics = {name: float(values[epoch - 1]) for name, values in history.items()}
            report(EpochReport(epoch, count() * epoch // epochs, metrics))
