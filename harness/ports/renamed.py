"""A candidate under the reference's names: what it calls its weights, layers and stages, the judge need not know."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, cast

from harness.arrays import Array, Weights
from harness.files import JsonObject
from harness.ports.contract import Contract
from harness.ports.mapping import Names, PairMapping, renamed
from harness.ports.protocol import Answer, Batch, BatchSource, EpochReport, OwnWorkflow, Port
from harness.ports.seen import Seen


class RenamedPort:
    """A port whose names are those of a mapping; see `harness.ports.protocol.Port`."""

    def __init__(self, port: Port, mapping: PairMapping) -> None:
        """Take a port and the mapping from its names."""
        self.port = port
        self.capabilities = port.capabilities
        self._weights = renamed(port.contract.shapes, mapping.weights)
        self._stages = renamed((stage.name for stage in port.contract.stages), mapping.stages)
        self._layers = renamed(port.contract.layers, mapping.layers)
        self.contract = self._renamed_contract(port.contract)
        self._own_weights = {name: own for own, name in self._weights.items()}
        self._own_stages = {name: own for own, name in self._stages.items()}

    def weights(self) -> Weights:
        """Every array of the contract."""
        return _under(self.port.weights(), self._weights)

    def set_weights(self, weights: Weights) -> None:
        """Load all weights."""
        self.contract.check(weights)
        self.port.set_weights(_under(weights, self._own_weights))

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Every stage of one forward pass."""
        return _under(self.port.stages(batch), self._stages)

    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """One stage, from the stages before it as they are given; what the port has no such stage for is left out."""
        return self.port.stage(self._own_stages[name], self._given(known), batch)

    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms."""
        return self.port.losses(batch)

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Gradient of `loss` for every trained weight."""
        return _under(self.port.gradients(batch), self._weights)

    def slope(self, known: Mapping[str, Array], batch: Batch) -> dict[str, Array]:
        """Gradient of `loss` for each stage that the loss itself takes."""
        return _under(self.port.slope(self._given(known), batch), self._stages)

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train on the batches in their order."""
        self.port.train(batches, report)

    def fit(self, data: Path, folder: Path, report: Callable[[EpochReport], None]) -> float | None:
        """Train by a loop of its own."""
        return cast("OwnWorkflow", self.port).fit(data, folder, report)

    def optimiser_state(self) -> Weights:
        """What the optimiser keeps for every trained weight."""
        return _of_weights(self.port.optimiser_state(), self._weights)

    def resume(
        self, optimiser: Weights, step: int, batches: BatchSource, report: Callable[[EpochReport], None]
    ) -> None:
        """Go on with a training that was interrupted."""
        self.port.resume(_of_weights(optimiser, self._own_weights), step, batches, report)

    def predict(self, batch: Batch) -> Array:
        """Predicted object patches."""
        return self.port.predict(batch)

    def outputs(self, batch: Batch) -> dict[str, Array]:
        """Every output of the network, as inference computes it."""
        found: dict[str, Array] = self.port.outputs(batch)  # type: ignore[attr-defined]
        return _under(found, self._stages)

    def answer(self, data: Path, trained: Path, folder: Path) -> Answer:
        """Predict every pattern of a file."""
        return cast("OwnWorkflow", self.port).answer(data, trained, folder)

    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Place patches on a canvas."""
        return self.port.stitch(patches, positions, weight, size)

    def seen(self) -> Seen:
        """What the side's own workflow was about to train with."""
        return cast("OwnWorkflow", self.port).seen()

    def facts(self) -> JsonObject:
        """Versions, device, threads, number of parameters."""
        return self.port.facts()

    def _given(self, known: Mapping[str, Array]) -> dict[str, Array]:
        return {own: known[name] for name, own in self._own_stages.items() if name in known}

    def _renamed_contract(self, contract: Contract) -> Contract:
        scale = contract.scale
        return contract.model_copy(
            update={
                "weights": tuple(_entry(weight, self._weights) for weight in contract.weights),
                "stages": tuple(_entry(stage, self._stages) for stage in contract.stages),
                "layers": _under(contract.layers, self._layers),
                "scale": scale and scale.model_copy(update={"weight": self._weights[scale.weight]}),
            }
        )


def _under(found: Mapping[str, Any], names: Names) -> dict[str, Any]:
    return {names[name]: value for name, value in found.items()}


def _of_weights(state: Weights, names: Names) -> Weights:
    """What an optimiser keeps, `<weight>.<slot>`, with other names of the weights."""
    parts = {name: name.rpartition(".") for name in state}
    return {f"{names[weight]}.{slot}": state[name] for name, (weight, _, slot) in parts.items()}


def _entry(entry: Any, names: Names) -> Any:
    return entry.model_copy(update={"name": names[entry.name]})
