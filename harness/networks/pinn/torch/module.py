"""The network as `torch.nn` modules: features, encoder and the two decoders.

Inside, tensors are (samples, channels, rows, columns) in the `channels_last` memory format, the fastest on CPUs.
Submodules carry the canonical names, so that `state_dict` differs from them in layout alone.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

from harness.networks.pinn.contract import encoder_channels
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import PinnScenario


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


class Network(nn.Module):
    """Diffraction amplitudes to amplitude and phase of the object patches."""

    def __init__(self, scenario: PinnScenario, object_amplitude: float, rules: Rules) -> None:
        super().__init__()
        model, outputs = scenario.model, encoder_channels(scenario)
        self.rules = rules
        self.autocorrelation = model.features == "log_autocorrelation"
        self.channels, self.positions = outputs, scenario.grouping.gridsize**2
        self.amplitude_limit = object_amplitude * model.amplitude_limit
        widths = (outputs * (2 if self.autocorrelation else 1), *model.encoder_filters)
        self.encoder = nn.ModuleList(Level(widths[k], width) for k, width in enumerate(model.encoder_filters))
        self.amplitude = Decoder(widths[-1], model.decoder_filters, outputs)
        self.phase = Decoder(widths[-1], model.decoder_filters, outputs)
        self.log_scale = nn.Parameter(torch.zeros(()), requires_grad=model.scale_trainable)

    def scaled(self, measured: Tensor) -> Tensor:
        """X (B, C, N, N): square roots of counts over the intensity scale."""
        return measured / torch.exp(self.log_scale)

    def features(self, scaled: Tensor) -> Tensor:
        """What the encoder is fed, (samples, features, N, N), from X (B, C, N, N)."""
        values = scaled.reshape(-1, self.channels, *scaled.shape[-2:])
        if self.autocorrelation:
            pixels = (-2, -1)
            centred = torch.fft.ifft2(torch.fft.ifftshift(values.square(), dim=pixels), norm="ortho")
            autocorrelation = torch.fft.fftshift(centred.real, dim=pixels) / self.rules.autocorrelation_divisor
            values = torch.cat([torch.log1p(values), autocorrelation], dim=1)
        return values.contiguous(memory_format=torch.channels_last)

    def encode(self, level: int, values: Tensor) -> Tensor:
        """(samples, entering, n, n) -> (samples, leaving, n/2, n/2)."""
        return functional.max_pool2d(self.encoder[level](values), 2)

    def amplitude_head(self, encoded: Tensor) -> Tensor:
        """Amplitude (B, C, n, n) from the deepest encoder level."""
        return self.by_group(self.amplitude_limit * torch.sigmoid(self.amplitude(encoded)))

    def phase_head(self, encoded: Tensor) -> Tensor:
        """Phase (B, C, n, n), radians, from the deepest encoder level."""
        return self.by_group(torch.pi * torch.tanh(self.phase(encoded)))

    def by_group(self, images: Tensor) -> Tensor:
        """(samples, outputs, n, n) -> (B, C, n, n)."""
        return images.reshape(-1, self.positions, *images.shape[-2:])


def _convolution(entering: int, leaving: int) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, kernel_size=3, padding=1)
