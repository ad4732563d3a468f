"""The network as `torch.nn` modules: features, encoder and the two decoders.

Inside, tensors are (samples, channels, rows, columns) in the `channels_last` memory format, the fastest on CPUs.
Submodules have the canonical names, so that `state_dict` differs from the canonical weights in layout alone. Each
operation of a layer is a module, so that the contract can be read from the modules.
"""

from collections import OrderedDict
from collections.abc import Sequence

import torch
from torch import Tensor, nn

from harness.networks.pinn.contract import encoder_channels
from harness.networks.pinn.rules import Rules
from harness.networks.pinn.sections import PinnScenario


def level(entering: int, leaving: int, **resize: nn.Module) -> nn.Sequential:
    """One level: two 3x3 'same' convolutions with ReLU, then the module in `resize`, which changes the image size."""
    first, second = _convolution(entering, leaving), _convolution(leaving, leaving)
    relu1, relu2 = nn.ReLU(inplace=True), nn.ReLU(inplace=True)
    return nn.Sequential(OrderedDict(conv1=first, relu1=relu1, conv2=second, relu2=relu2, **resize))


def encoder(entering: int, filters: Sequence[int]) -> nn.ModuleList:
    """Encoder: levels that each halve the image size."""
    widths = (entering, *filters)
    return nn.ModuleList(level(widths[k], width, pool=nn.MaxPool2d(2)) for k, width in enumerate(filters))


def decoder(entering: int, filters: Sequence[int], outputs: int, activation: nn.Module) -> nn.Sequential:
    """Decoder: levels that each double the image size, then a convolution, the head, and its activation."""
    widths = (entering, *filters)
    levels = {
        str(k): level(widths[k], width, up=nn.Upsample(scale_factor=2, mode="nearest"))
        for k, width in enumerate(filters)
    }
    return nn.Sequential(OrderedDict(levels, head=_convolution(widths[-1], outputs), activation=activation))


class Network(nn.Module):
    """The network: predicts amplitude and phase of the object patches from diffraction amplitudes."""

    def __init__(self, scenario: PinnScenario, object_amplitude: float, rules: Rules) -> None:
        super().__init__()
        model, outputs = scenario.model, encoder_channels(scenario)
        self.rules = rules
        self.autocorrelation = model.features == "log_autocorrelation"
        self.channels, self.positions = outputs, scenario.grouping.gridsize**2
        self.amplitude_limit = object_amplitude * model.amplitude_limit
        self.encoder = encoder(outputs * (2 if self.autocorrelation else 1), model.encoder_filters)
        self.amplitude = decoder(model.encoder_filters[-1], model.decoder_filters, outputs, nn.Sigmoid())
        self.phase = decoder(model.encoder_filters[-1], model.decoder_filters, outputs, nn.Tanh())
        self.log_scale = nn.Parameter(torch.zeros(()), requires_grad=model.scale_trainable)

    def scaled(self, measured: Tensor) -> Tensor:
        """X (B, C, N, N): square roots of counts over the intensity scale."""
        return measured / torch.exp(self.log_scale)

    def features(self, scaled: Tensor) -> Tensor:
        """Input of the encoder (samples, features, N, N), from X (B, C, N, N)."""
        values = scaled.reshape(-1, self.channels, *scaled.shape[-2:])
        if self.autocorrelation:
            pixels = (-2, -1)
            centred = torch.fft.ifft2(torch.fft.ifftshift(values.square(), dim=pixels), norm="ortho")
            autocorrelation = torch.fft.fftshift(centred.real, dim=pixels) / self.rules.autocorrelation_divisor
            values = torch.cat([torch.log1p(values), autocorrelation], dim=1)
        return values.contiguous(memory_format=torch.channels_last)

    def amplitude_head(self, encoded: Tensor) -> Tensor:
        """Amplitude (B, C, n, n) from the deepest encoder level."""
        return self.by_group(self.amplitude_limit * self.amplitude(encoded))

    def phase_head(self, encoded: Tensor) -> Tensor:
        """Phase (B, C, n, n), radians, from the deepest encoder level."""
        return self.by_group(torch.pi * self.phase(encoded))

    def by_group(self, images: Tensor) -> Tensor:
        """Reshape images (samples, outputs, n, n) to (B, C, n, n)."""
        return images.reshape(-1, self.positions, *images.shape[-2:])


def _convolution(entering: int, leaving: int) -> nn.Conv2d:
    return nn.Conv2d(entering, leaving, kernel_size=3, padding=1)
