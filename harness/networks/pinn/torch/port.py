"""The PyTorch port of the physics-informed network."""

from collections.abc import Callable, Mapping

import numpy as np
import torch

from harness.arrays import Array, Weights
from harness.errors import HarnessError
from harness.files import JsonObject
from harness.networks.pinn.contract import contract_of
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.start import initial_weights
from harness.networks.pinn.torch import stitch as stitching
from harness.networks.pinn.torch import training
from harness.networks.pinn.torch.attributes import layers
from harness.networks.pinn.torch.model import Model, channels_last
from harness.networks.pinn.torch.weights import (
    canonical_array,
    canonical_name,
    from_canonical,
    to_canonical,
    trainable,
)
from harness.ports.protocol import CAPABILITIES, MASK, Batch, BatchSource, EpochReport, Setup
from harness.toolkits.source import located
from harness.toolkits.torch.device import device_facts, prepare


class TorchPort:
    """One model of one scenario; see `harness.ports.protocol.Port`.

    The attributes of `rules`, the functions of the stages in `forward` and those of the terms in `loss_terms` can be
    replaced before the port computes, which is how faults are injected.
    """

    capabilities = CAPABILITIES | {MASK}

    def __init__(self, setup: Setup) -> None:
        """Build the model with its initial weights; HarnessError when the device is missing."""
        self.rules = Rules()
        self._device = prepare(setup.device)
        self._model = Model(setup, self._device, self.rules)
        written = {name: located(function) for name, function in self._model.written().items()}
        self.contract = contract_of(setup.scenario, layers(self._model.network), sources=written)
        self.forward, self.loss_terms = self._model.stages_in_order, self._model.loss_terms
        self._optimiser: torch.optim.Optimizer | None = None
        self.set_weights(initial_weights(setup.scenario, setup.intensity_scale))

    def weights(self) -> Weights:
        """Every array of the contract, by canonical name, in canonical layout, float64."""
        return to_canonical(self._model.network)

    def set_weights(self, weights: Weights) -> None:
        """Load all weights; HarnessError for a missing or unknown name or another shape."""
        self.contract.check(weights)
        from_canonical(weights, self._model.network)

    @torch.no_grad()
    def stages(self, batch: Batch) -> dict[str, Array]:
        """Forward pass of one batch: every named stage, contract layout, working precision."""
        stages = self._model(batch)
        return {stage.name: channels_last(stages[stage.name]) for stage in self.contract.stages}

    @torch.no_grad()
    def stage(self, name: str, known: Mapping[str, Array], batch: Batch) -> Array:
        """One stage of a batch, computed from the stages before it as they are given."""
        given = {other: self._model.stage_of(array) for other, array in known.items()}
        return channels_last(self._model(batch, name, given)[name])

    @torch.no_grad()
    def losses(self, batch: Batch) -> dict[str, float]:
        """`loss` and each of its terms for one batch."""
        return {name: float(term) for name, term in self._model.losses(batch).items()}

    def gradients(self, batch: Batch) -> dict[str, Array | None]:
        """Gradient of `loss` for every trainable weight; None for one that it does not depend on."""
        parameters = trainable(self._model.network)
        loss = self._model.losses(batch)["loss"]
        found = torch.autograd.grad(loss, list(parameters.values()), allow_unused=True)
        return {
            canonical_name(name): None if gradient is None else canonical_array(gradient)
            for name, gradient in zip(parameters, found, strict=True)
        }

    def slope(self, known: Mapping[str, Array], batch: Batch) -> dict[str, Array]:
        """Gradient of `loss` for each stage that its terms take, at the values in `known`."""
        given = {name: self._model.stage_of(array).requires_grad_() for name, array in known.items()}
        measured, _ = self._model.tensors(batch)
        loss = self._model.terms({"measured": measured, **given})["loss"]
        found = torch.autograd.grad(loss, list(given.values()), allow_unused=True)
        return {name: channels_last(slope) for name, slope in zip(given, found, strict=True) if slope is not None}

    def train(self, batches: BatchSource, report: Callable[[EpochReport], None]) -> None:
        """Train on the batches in their order; calls `report` after every epoch."""
        self._optimiser = training.optimiser(self._model)
        training.fit(self._model, self._optimiser, batches, report)

    def resume(
        self, optimiser: Weights, step: int, batches: BatchSource, report: Callable[[EpochReport], None]
    ) -> None:
        """Go on with a training after `step` steps, with Adam's moments as they were then."""
        self._optimiser = training.optimiser(self._model)
        training.restore(self._model, self._optimiser, optimiser, step)
        training.fit(self._model, self._optimiser, batches, report, step)

    def optimiser_state(self) -> Weights:
        """Both moments of every trained weight, `<weight>.first_moment` and `<weight>.second_moment`."""
        if self._optimiser is None:
            raise HarnessError("torch: there is no optimiser yet; train first.")
        return training.moments(self._model, self._optimiser)

    @torch.no_grad()
    def predict(self, batch: Batch) -> Array:
        """(B, N, N, C) complex: predicted object patches, before any merge."""
        return channels_last(self._model(batch, "object_patches")["object_patches"])

    @torch.no_grad()
    def stitch(self, patches: Array, positions: Array, weight: Array, size: int) -> tuple[Array, Array]:
        """Stitch patches (K, M, M) on a canvas, in float64 whatever the working precision."""
        mean, coverage = stitching.stitch(
            torch.from_numpy(patches.astype(np.complex128)).to(self._device),
            torch.from_numpy(positions.astype(np.float64)).to(self._device),
            torch.from_numpy(weight.astype(np.float64)).to(self._device),
            size,
        )
        return mean.cpu().numpy(), coverage.cpu().numpy()

    def facts(self) -> JsonObject:
        """Versions, device, threads, determinism, precision and number of parameters."""
        parameters = sum(parameter.numel() for parameter in self._model.network.parameters())
        return {
            **device_facts(self._device),
            "precision": str(self._model.dtype).removeprefix("torch."),
            "parameters": parameters,
        }


create = TorchPort
