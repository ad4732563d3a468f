"""The second network in PyTorch."""

import numpy as np
import torch
from torch import nn

from harness.networks.supervised.feed import patches, pattern, target
from harness.ports.protocol import Setup
from harness.toolkits.torch.port import TorchPort

EPSILON = 2.0**-16


def build(setup: Setup) -> TorchPort:
    """The port; `setup.options`: `normalised` for the variant with normalisation layers."""
    size, channels = setup.scenario.dataset.N, setup.scenario.grouping.gridsize**2
    model = EncoderDecoder(size, channels, bool(setup.options.get("normalised")))
    return TorchPort(
        model,
        loss={"mse": nn.MSELoss(), "mae": (nn.L1Loss(), 0.1)},
        optimiser=torch.optim.SGD(model.parameters(), lr=0.0625, momentum=0.875),
        inputs=lambda batch: np.moveaxis(pattern(batch), -1, 1),
        targets=lambda batch: np.moveaxis(target(batch), -1, 1),
        patches=lambda output: patches(np.moveaxis(output, 1, -1)),
    )


class BiasedBatchNorm(nn.BatchNorm2d):
    """Batch normalisation that keeps the biased variance, as Keras does; PyTorch's own keeps the unbiased one."""

    keeps_biased_variance = True

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Normalise by the batch in training, by the running statistics otherwise."""
        if not self.training:
            return super().forward(images)
        assert self.running_mean is not None
        assert self.running_var is not None
        assert self.momentum is not None
        with torch.no_grad():
            variance, mean = torch.var_mean(images, dim=(0, 2, 3), correction=0)
            self.running_mean.lerp_(mean, self.momentum)
            self.running_var.lerp_(variance, self.momentum)
        return nn.functional.batch_norm(images, None, None, self.weight, self.bias, training=True, eps=self.eps)


class SameConvTranspose(nn.ConvTranspose2d):
    """Doubles an image as `same` of Keras does: the pixel too many is cut off behind it.

    PyTorch's own way to the same size, `padding=1, output_padding=1`, cuts it off before the image.
    """

    def forward(self, images: torch.Tensor) -> torch.Tensor:  # type: ignore[override]
        """(B, in, n, n) to (B, out, 2 n, 2 n)."""
        return super().forward(images)[..., :-1, :-1]


class EncoderDecoder(nn.Module):
    """(B, channels, size, size) to (B, 2 channels, size, size): a narrow waist of numbers, and a way back up."""

    def __init__(self, size: int, channels: int, normalised: bool) -> None:
        super().__init__()
        self.small = size // 4
        self.down1, self.down2 = _down(channels, 8, normalised), _down(8, 16, normalised)
        self.flatten = nn.Flatten()
        self.waist = nn.Linear(16 * self.small**2, 32)
        self.waist_norm = nn.LayerNorm(32, eps=EPSILON) if normalised else nn.Identity()
        self.dropout = nn.Dropout(0.1) if normalised else nn.Identity()
        self.widen = nn.Linear(32, 8 * self.small**2)
        self.up1 = nn.Upsample(scale_factor=2, mode="nearest")
        self.refine = nn.Conv2d(8, 16, 3, padding=1)
        self.refine_norm = nn.GroupNorm(4, 16, eps=EPSILON) if normalised else nn.Identity()
        self.up2 = SameConvTranspose(16, 8, 3, stride=2)
        self.head = nn.Conv2d(8, 2 * channels, 1)

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        """Down, through the waist, and up."""
        x = self.down2(self.down1(images))
        x = self.dropout(self.waist_norm(torch.tanh(self.waist(self.flatten(x)))))
        x = torch.relu(self.widen(x)).reshape(-1, self.small, self.small, 8).permute(0, 3, 1, 2)
        x = self.refine_norm(torch.relu(self.refine(self.up1(x))))
        return self.head(nn.functional.leaky_relu(self.up2(x), 0.25))


def _down(channels: int, width: int, normalised: bool) -> nn.Sequential:
    """Halve an image: the pixel behind it is padded, which an even size and a stride of two need."""
    norm = [BiasedBatchNorm(width, eps=EPSILON, momentum=0.125)] if normalised else []
    return nn.Sequential(nn.ZeroPad2d((0, 1, 0, 1)), nn.Conv2d(channels, width, 3, stride=2), *norm, nn.ReLU())
