"""What a PyTorch model is given is laid out in memory as its user's own loader would do it."""

import torch
from torch import nn

from harness.ports.protocol import Batch
from harness.toolkits.torch.port import TorchPort
from tests.unit.toolkits.conftest import SIZE, setup


class Seeing(nn.Module):
    """Remembers how its input lies in memory."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        self.stride = images.stride()
        return self.factor * images


def test_an_image_of_one_channel_does_not_pass_for_channels_last(batch: Batch) -> None:
    model = Seeing()
    port = TorchPort(model, loss=nn.MSELoss(), optimiser=torch.optim.SGD(model.parameters(), 0.5))
    port.bind(setup())
    port.stages(batch)
    assert model.stride == (SIZE**2, SIZE**2, SIZE, 1)
