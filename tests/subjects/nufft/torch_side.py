"""One pixel-wise convolution, then the transform of torchkbnufft, in complex64 as the other side."""

import torch
from frequencies import OMEGA
from torchkbnufft import KbNufft

from ptycho_parity import TorchPort

FORWARD = KbNufft((64, 64), dtype=torch.float32)


class Transform(torch.nn.Module):
    def forward(self, image):
        return FORWARD(image.to(torch.complex64), torch.from_numpy(OMEGA))


def build(setup):
    model = torch.nn.Sequential(torch.nn.Conv2d(1, 1, 1), Transform())
    power = lambda output, target: (output.abs() ** 2).mean()  # noqa: E731
    return TorchPort(model, loss=power, optimiser=torch.optim.SGD(model.parameters(), lr=2.0**-20))
