"""Network and forward model together: from a batch to its named stages and its loss."""

import torch
from torch import Tensor, nn

from harness.backends import network
from harness.backends.protocol import Array, Batch, Setup
from harness.backends.torch import loss
from harness.backends.torch.device import DTYPES
from harness.backends.torch.module import Network, Prediction
from harness.backends.torch.physics import Exposure, ForwardModel


class Model(nn.Module):
    """The whole differentiable program of one scenario, in one precision on one device."""

    def __init__(self, setup: Setup, device: torch.device) -> None:
        super().__init__()
        self.scenario = setup.scenario
        self.nphotons = setup.nphotons
        self.dtype, self.device = DTYPES[setup.precision], device
        self.network = Network(setup.scenario, setup.object_amplitude)
        self.physics = ForwardModel(setup)
        self.network.to(self.dtype)
        self.network.to(memory_format=torch.channels_last)  # type: ignore[call-overload]
        self.to(device)

    def forward(self, measured: Tensor, relative: Tensor) -> tuple[Prediction, Exposure]:
        """Square roots of counts (B, C, N, N) and relative offsets (B, C, 2) float64."""
        prediction = self.network(measured)
        return prediction, self.physics(prediction.amplitude, prediction.phase, relative)

    def tensors(self, batch: Batch) -> tuple[Tensor, Tensor]:
        """Move a batch to the device, channels first; the offsets stay float64."""
        measured = torch.from_numpy(batch.amplitude).to(self.device, self.dtype)
        relative = torch.from_numpy(batch.relative).to(self.device)
        return measured.movedim(-1, 1).contiguous(), relative[:, 0].mT

    def losses(self, batch: Batch) -> dict[str, Tensor]:
        """`loss` and its terms, float64 scalars that can be differentiated."""
        measured, relative = self.tensors(batch)
        prediction, exposure = self(measured, relative)
        weights = network.loss_terms(self.scenario.loss)
        terms = {name: self._term(name, measured, prediction, exposure) for name in weights}
        total = torch.stack([weights[name] * term for name, term in terms.items()]).sum()
        return {"loss": total, **terms}

    def _term(self, name: str, measured: Tensor, prediction: Prediction, exposure: Exposure) -> Tensor:
        if name == "poisson":
            return loss.poisson(self.intensity(exposure), measured.square(), self.nphotons)
        if name == "amplitude_mae":
            return loss.amplitude_mae(exposure.diffraction, prediction.features)
        return loss.total_variation(exposure.patches)

    def intensity(self, exposure: Exposure) -> Tensor:
        """Predicted counts (B, C, N, N)."""
        return exposure.diffraction * torch.exp(2 * self.network.log_scale)

    def stages(self, batch: Batch) -> dict[str, Array]:
        """Every named stage of one batch in the contract's layout."""
        prediction, exposure = self(*self.tensors(batch))
        stages = {
            "input": prediction.features,
            **{f"encoder.{level}": values for level, values in enumerate(prediction.encoded)},
            "amplitude_head": prediction.amplitude,
            "phase_head": prediction.phase,
            "object_patches": exposure.patches,
            "object_merged": exposure.merged,
            "object_extracted": exposure.extracted,
            "exit_wave": exposure.exit_wave,
            "diffraction_amplitude": exposure.diffraction.sqrt(),
            "intensity": self.intensity(exposure),
        }
        return {name: channels_last(values) for name, values in stages.items()}


def channels_last(values: Tensor) -> Array:
    """(samples, channels, rows, columns) -> NumPy (samples, rows, columns, channels)."""
    return values.detach().movedim(1, -1).cpu().numpy().copy()
