"""The network as `torch.nn` modules: features, encoder and the two decoders.

Inside, tensors are (samples, channels, rows, columns) in the `channels_last` memory format, the fastest on CPUs.
Submodules carry the canonical names, so that `state_dict` differs from them in layout alone.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from torch import Tensor, nn
from torch.nn import functional

from harness.backends import network
from harness.scenario.schema import Scenario


class Level(nn.Module):
    """Two 3x3 'same' convolutions, each followed by ReLU."""

    def __init__(self, entering: int, leaving: int) -> None:
        super().__init__()
        self.conv1 = _convolution(entering, leaving)
        self.conv2 = _convolution(leaving, leaving)

    def forward(self, values: Tensor) -> Tensor:
        """(samples, entering, n, n) -> (samples, leaving, n, n)."""
        return functional.relu_(self.conv2(functional.relu_(self.conv1(values))))


class Decoder(nn.ModuleDict):
    """Levels that each double the side, then a linear convolution, the head."""

    def __init__(self, entering: int, filters: Sequence[int], outputs: int) -> None:
        widths = (entering, *filters)
        levels = {str(k): Level(widths[k], width) for k, width in enumerate(filters)}
        super().__init__({**levels, "head": _convolution(widths[-1], outputs)})

    def forward(self, values: Tensor) -> Tensor:
        """(samples, entering, n, n) -> (samples, outputs, n * 2**levels, n * 2**levels), before the activation."""
        for name, layer in self.items():
            values = layer(values)
            if name != "head":
                values = functional.interpolate(values, scale_factor=2, mode="nearest")
        return values


@dataclass(frozen=True)
class Prediction:
    """What the network says of one batch."""

    features: Tensor
    """X (B, C, N, N)."""
    encoded: list[Tensor]
    """Output of each encoder level, (samples, filters, n, n)."""
    amplitude: Tensor
    """(B, C, n, n), after the activation."""
    phase: Tensor
    """(B, C, n, n) radians, after the activation."""


class Network(nn.Module):
    """Diffraction amplitudes to amplitude and phase of the object patches."""

    def __init__(self, scenario: Scenario, object_amplitude: float) -> None:
        super().__init__()
        model, outputs = scenario.model, network.encoder_channels(scenario)
        self.autocorrelation = model.features == "log_autocorrelation"
        self.channels = outputs
        self.amplitude_limit = object_amplitude * model.amplitude_limit
        widths = (outputs * (2 if self.autocorrelation else 1), *model.encoder_filters)
        self.encoder = nn.ModuleList(Level(widths[k], width) for k, width in enumerate(model.encoder_filters))
        self.amplitude = Decoder(widths[-1], model.decoder_filters, outputs)
        self.phase = Decoder(widths[-1], model.decoder_filters, outputs)
        self.log_scale = nn.Parameter(torch.zeros(()), requires_grad=model.scale_trainable)

    def forward(self, measured: Tensor) -> Prediction:
        """(B, C, N, N) square roots of counts -> the network's prediction."""
        groups, channels, side, _ = measured.shape
        scaled = measured / torch.exp(self.log_scale)
        values = self._features(scaled.reshape(-1, self.channels, side, side))
        values = values.contiguous(memory_format=torch.channels_last)
        encoded = []
        for level in self.encoder:
            values = functional.max_pool2d(level(values), 2)
            encoded.append(values)
        amplitude = self.amplitude_limit * torch.sigmoid(self.amplitude(values))
        phase = torch.pi * torch.tanh(self.phase(values))
        shape = (groups, channels, *amplitude.shape[-2:])
        return Prediction(scaled, encoded, amplitude.reshape(shape), phase.reshape(shape))

    def _features(self, scaled: Tensor) -> Tensor:
        if not self.autocorrelation:
            return scaled
        pixels = (-2, -1)
        centred = torch.fft.ifft2(torch.fft.ifftshift(scaled.square(), dim=pixels), norm="ortho")
        autocorrelation = torch.fft.fftshift(centred.real, dim=pixels) / network.AUTOCORRELATION_DIVISOR
        return torch.cat([torch.log1p(scaled), autocorrelation], dim=1)


def _convolution(entering: int, leaving: int) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, kernel_size=3, padding=1)
