"""Network and forward model together: the stages and the loss of a batch."""

from collections.abc import Callable, Mapping

import torch
from torch import Tensor, nn

from harness.arrays import Array
from harness.networks.pinn.contract import loss_terms
from harness.networks.pinn.forward import Compute, ForwardPass, Stages
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import of
from harness.networks.pinn.torch.loss import TERMS
from harness.networks.pinn.torch.module import Network, encoder
from harness.networks.pinn.torch.physics import ForwardModel, diffract, extract
from harness.ports.protocol import Batch, Setup
from harness.toolkits.torch.device import DTYPES


class Model(nn.Module):
    """The complete model of one scenario, in one precision on one device."""

    def __init__(self, setup: Setup, device: torch.device, rules: Rules) -> None:
        super().__init__()
        self.scenario, self.rules = of(setup.scenario), rules
        self.nphotons = setup.nphotons
        self.loss_terms = dict(TERMS)
        self.dtype, self.device = DTYPES[setup.precision], device
        self.mask = None if setup.mask is None else torch.from_numpy(setup.mask).to(device)
        self.network = Network(self.scenario, setup.object_amplitude, rules)
        self.physics = ForwardModel(setup, rules)
        self.network.to(self.dtype)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.to(device)
        self.stages_in_order = ForwardPass({**self._network_stages(), **self._physics_stages()})

    def _network_stages(self) -> dict[str, Compute]:
        levels = len(self.network.encoder)
        deepest = f"encoder.{levels - 1}"

        def encode(level: int) -> Compute:
            before = f"encoder.{level - 1}" if level else "features"
            return lambda stages: self.network.encoder[level](stages[before])

        return {
            "input": lambda stages: self.network.scaled(stages["measured"]),
            "features": lambda stages: self.network.features(stages["input"]),
            **{f"encoder.{level}": encode(level) for level in range(levels)},
            "amplitude_head": lambda stages: self.network.amplitude_head(stages[deepest]),
            "phase_head": lambda stages: self.network.phase_head(stages[deepest]),
            "object_patches": lambda stages: self.physics.patches(stages["amplitude_head"], stages["phase_head"]),
        }

    def _physics_stages(self) -> dict[str, Compute]:
        return {
            **(self._overlap_stages() if self.physics.merges else self._unmerged_stages()),
            "probe": lambda _: self.physics.probe,
            "exit_wave": lambda stages: stages["object_extracted"] * stages["probe"],
            "power": lambda stages: diffract(stages["exit_wave"]),
            "diffraction_amplitude": lambda stages: stages["power"].sqrt(),
            "intensity": lambda stages: stages["power"] * torch.exp(2 * self.network.log_scale),
        }

    def _overlap_stages(self) -> dict[str, Compute]:
        return {
            "placement": lambda stages: self.physics.matrices(stages["relative"]),
            "object_merged": lambda stages: self.physics.merge(stages["object_patches"], *stages["placement"]),
            "object_extracted": lambda stages: extract(stages["object_merged"], *stages["placement"]),
        }

    def _unmerged_stages(self) -> dict[str, Compute]:
        return {
            "object_merged": lambda stages: stages["object_patches"],
            "object_extracted": lambda stages: stages["object_merged"],
        }

    def written(self) -> dict[str, Callable[..., object]]:
        """The function that computes each stage and each term of the loss: the port's own, or its line in this file."""
        network, physics = self.network, self.physics
        own: dict[str, Callable[..., object]] = {
            "input": network.scaled,
            **{f"encoder.{level}": encoder for level in range(len(network.encoder))},
            "amplitude_head": network.amplitude_head,
            "phase_head": network.phase_head,
            "object_patches": physics.patches,
            "diffraction_amplitude": diffract,
        }
        overlaps = {"object_merged": physics.merge, "object_extracted": extract} if physics.merges else {}
        return {**self.stages_in_order.table, **own, **overlaps, **self.loss_terms}

    def forward(self, batch: Batch, until: str | None = None, known: Mapping[str, Tensor] | None = None) -> Stages:
        """The stages of a batch; see `harness.networks.pinn.forward.ForwardPass`."""
        return self.stages_in_order(*self.tensors(batch), until, known)

    def tensors(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Move a batch to the device, channels first, 0 where a pixel does not count; the offsets stay float64."""
        measured = torch.from_numpy(batch.amplitude).to(self.device, self.dtype).movedim(-1, 1)
        if self.mask is not None:
            measured = measured.masked_fill(~self.mask, 0)
        relative = torch.from_numpy(batch.relative).to(self.device)
        return measured.contiguous(), relative[:, 0].mT

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """`loss` and its terms, float64 scalars that can be differentiated."""
        return self.terms(self(batch))

    def terms(self, stages: Stages) -> dict[str, Tensor]:
        """`loss` and its terms, from `measured` and the stages that they take."""
        weights = loss_terms(self.scenario.loss)
        given = stages if self.mask is None else {**stages, "mask": self.mask}
        terms = {name: self.loss_terms[name](given, self.nphotons, self.rules) for name in weights}
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return {"loss": total, **terms}

    def stage_of(self, array: Array) -> Tensor:
        """Convert a stage from the contract's layout to the model's; the inverse of `channels_last`."""
        return torch.from_numpy(array).to(self.device).movedim(-1, 1).contiguous()


def channels_last(values: Tensor) -> Array:
    """Convert a tensor (samples, channels, rows, columns) to a NumPy array (samples, rows, columns, channels)."""
    return values.detach().movedim(1, -1).cpu().numpy().copy()
